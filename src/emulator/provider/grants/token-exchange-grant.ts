import { randomUUID } from 'node:crypto';

import type { AccessToken, Grant, KoaContextWithOIDC } from 'oidc-provider';

import type { TenantUser } from '../../tenant/tenant.js';
import { assertMembership } from './assert-membership.js';
import type { GrantEnvironment } from './grant-environment.js';
import { organizationServer, resourceServer } from './resource-servers.js';
import {
  namesResource,
  parameters,
  requestedResource,
  requireClient,
  requireParameters,
} from './token-request.js';

/** The only kind of subject and actor token. */
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Impersonation (RFC 8693): an application acts as the user of a subject token. */
export function tokenExchangeGrant(environment: GrantEnvironment, oidcScopes: readonly string[]) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    requireParameters(ctx, environment, 'subject_token', 'subject_token_type');
    const client = requireClient(ctx, environment);
    const { provider } = ctx.oidc;
    const { organization_id: organizationId, subject_token: subjectToken = '' } = parameters(ctx);
    const user = verifySubject(ctx, environment, subjectToken);
    ctx.oidc.entity('Account', environment.account(user));
    if (organizationId) {
      assertMembership(environment, client.clientId, user, organizationId);
    }
    const actor = await findActor(ctx, environment);
    const grant = Object.assign(new provider.Grant({ accountId: user.id, clientId: client.clientId }), {
      jti: randomUUID(),
    });
    const token = new provider.AccessToken({
      accountId: user.id,
      client,
      grantId: grant.jti,
      gty: 'token_exchange',
      scope: '',
      ...(actor && { extra: { act: { sub: actor } } }),
    });
    grantScopes(ctx, environment, { token, grant, user, oidcScopes });

    await grant.save();
    environment.store.consume('SubjectToken', subjectToken);
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

/** The user that a valid subject token belongs to. */
function verifySubject(
  ctx: KoaContextWithOIDC,
  { errors, store, tenant }: GrantEnvironment,
  subjectToken: string,
): TenantUser {
  if (parameters(ctx)['subject_token_type'] !== accessTokenType) {
    throw new errors.InvalidGrant('unsupported subject token type');
  }
  const subject = store.get('SubjectToken', subjectToken);
  const user = tenant.users.get(subject?.accountId ?? '');
  if (!subject || subject.consumed || !user || user.isSuspended) {
    throw new errors.InvalidGrant('subject token is unknown, expired or already used');
  }
  return user;
}

/** The user who acts: the owner of the actor token, an opaque access token with `openid`. */
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

/** Gives the access token its audience and scopes: those of a resource, of an organization or of userinfo. */
function grantScopes(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
  {
    token,
    grant,
    user,
    oidcScopes,
  }: {
    token: AccessToken;
    grant: Grant;
    user: TenantUser;
    oidcScopes: readonly string[];
  },
): void {
  const { organization_id: organizationId } = parameters(ctx);
  const requested = [...ctx.oidc.requestParamScopes];
  const resource = requestedResource(ctx);
  if (resource !== undefined) {
    const server = resourceServer(ctx, environment, resource, { user }, organizationId);
    token.resourceServer = server;
    token.scope = requested.filter((name) => server.scopes.has(name)).join(' ');
    grant.addResourceScope(resource, token.scope);
  } else if (organizationId && !namesResource(ctx)) {
    const available = environment.tenant.permissions.inOrganization(user, organizationId) ?? [];
    const server = organizationServer(ctx, environment, organizationId, available);
    token.resourceServer = server;
    token.scope = available.filter((name) => requested.includes(name)).join(' ');
    grant.addResourceScope(server.identifier(), token.scope);
  } else {
    token.scope = requested.filter((name) => oidcScopes.includes(name)).join(' ');
    grant.addOIDCScope(token.scope);
  }
}
