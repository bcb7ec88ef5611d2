import { randomUUID } from 'node:crypto';

import type { KoaContextWithOIDC } from 'oidc-provider';

import {
  assertMembership,
  namesResource,
  organizationAudience,
  parameters,
  requestedResource,
  requireParameter,
  resourceServer,
  resourceServerFor,
  type GrantEnvironment,
} from './grant-context.js';

/** The only kind of subject and actor token. */
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Impersonation: an application acts as a user for whom a backend has got a subject token. */
export function tokenExchangeGrant(environment: GrantEnvironment, oidcScopes: readonly string[]) {
  const { errors, tenant, store } = environment;

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    requireParameter(ctx, environment, 'subject_token', 'subject_token_type');
    const { client, provider } = ctx.oidc;
    const given = parameters(ctx);
    const organizationId = given['organization_id'];
    const subjectToken = given['subject_token'] ?? '';
    if (!client) {
      throw new errors.InvalidClient('client must be available');
    }
    if (given['subject_token_type'] !== accessTokenType) {
      throw new errors.InvalidGrant('unsupported subject token type');
    }
    const subject = store.get('SubjectToken', subjectToken);
    const user = subject?.accountId === undefined ? undefined : tenant.users.get(subject.accountId);
    if (!subject || subject.consumed || !user || user.isSuspended) {
      throw new errors.InvalidGrant('subject token is unknown, expired or already used');
    }
    const account = environment.account(user);
    ctx.oidc.entity('Account', account);
    if (organizationId) {
      assertMembership(ctx, environment, account, organizationId);
    }
    const actor = await findActor(ctx, environment);
    const scopes = [...ctx.oidc.requestParamScopes];
    const grant = Object.assign(
      new provider.Grant({ accountId: account.accountId, clientId: client.clientId }),
      { jti: randomUUID() },
    );
    const token = new provider.AccessToken({
      accountId: account.accountId,
      client,
      grantId: grant.jti,
      gty: 'token_exchange',
      scope: '',
      ...(actor && { extra: { act: { sub: actor } } }),
    });

    const resource = requestedResource(ctx);
    if (resource !== undefined) {
      const server = new provider.ResourceServer(
        resource,
        resourceServerFor(environment, resource, { user }, organizationId),
      );
      token.resourceServer = server;
      token.scope = scopes.filter((name) => server.scopes.has(name)).join(' ');
      grant.addResourceScope(resource, token.scope);
    } else if (organizationId && !namesResource(ctx)) {
      const available = tenant.permissions.inOrganization(user, organizationId) ?? [];
      const audience = organizationAudience(organizationId);
      token.resourceServer = new provider.ResourceServer(
        audience,
        resourceServer(environment, audience, available, environment.accessTokenTtl),
      );
      token.scope = available.filter((name) => scopes.includes(name)).join(' ');
      grant.addResourceScope(audience, token.scope);
    } else {
      token.scope = scopes.filter((name) => oidcScopes.includes(name)).join(' ');
      grant.addOIDCScope(token.scope);
    }

    await grant.save();
    store.consume('SubjectToken', subjectToken);
    ctx.oidc.entity('Grant', grant);
    ctx.oidc.entity('AccessToken', token);
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      scope: token.scope,
      token_type: token.tokenType,
    };
  };
}

/** Who acts: the owner of the actor token, an opaque access token with `openid`. */
async function findActor(ctx: KoaContextWithOIDC, { errors }: GrantEnvironment): Promise<string | undefined> {
  const { actor_token: actorToken, actor_token_type: actorTokenType } = parameters(ctx);
  if (actorToken === undefined) {
    return undefined;
  }
  if (actorTokenType !== accessTokenType) {
    throw new errors.InvalidGrant('unsupported actor token type');
  }
  const actor = await ctx.oidc.provider.AccessToken.find(actorToken);
  if (!actor?.scopes.has('openid')) {
    throw new errors.InvalidGrant('invalid actor token');
  }
  return actor.accountId;
}
