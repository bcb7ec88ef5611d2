import { randomUUID } from 'node:crypto';

import type { AccessToken, Grant, KoaContextWithOIDC } from 'oidc-provider';

import type { TenantUser } from '../../tenant/tenant.js';
import type { GrantEnvironment } from './grant-environment.js';
import { TokenRequest } from './token-request.js';

/** The only kind of subject and actor token. */
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Impersonation (RFC 8693): an application acts as the user of a subject token. */
export function tokenExchangeGrant(environment: GrantEnvironment, oidcScopes: readonly string[]) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const request = new TokenRequest(ctx, environment, 'subject_token', 'subject_token_type');
    const { client } = request;
    const { provider } = ctx.oidc;
    const subjectToken = request.parameters['subject_token'] ?? '';
    const user = verifySubject(request, subjectToken);
    ctx.oidc.entity('Account', environment.account(user));
    request.assertMembership(user);
    const actor = await findActor(request);
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
    grantScopes(request, token, grant, user, oidcScopes);

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

/** The user of a valid subject token. */
function verifySubject({ environment, parameters }: TokenRequest, subjectToken: string): TenantUser {
  const { errors, store, tenant } = environment;
  if (parameters['subject_token_type'] !== accessTokenType) {
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
async function findActor({ ctx, environment, parameters }: TokenRequest): Promise<string | undefined> {
  const { errors } = environment;
  const { actor_token: actorToken, actor_token_type: actorTokenType } = parameters;
  if (actorToken === undefined) return undefined;
  if (actorTokenType !== accessTokenType) throw new errors.InvalidGrant('unsupported actor token type');
  const actor = await ctx.oidc.provider.AccessToken.find(actorToken);
  if (!actor?.scopes.has('openid')) throw new errors.InvalidGrant('invalid actor token');
  return actor.accountId;
}

/** Gives the access token its audience and scopes: those of a resource, of an organization or of userinfo. */
function grantScopes(
  request: TokenRequest,
  token: AccessToken,
  grant: Grant,
  user: TenantUser,
  oidcScopes: readonly string[],
): void {
  const { organizationId, resource } = request;
  const requested = [...request.ctx.oidc.requestParamScopes];
  if (resource !== undefined) {
    const server = request.resourceServer(resource, { user });
    token.resourceServer = server;
    token.scope = requested.filter((name) => server.scopes.has(name)).join(' ');
    grant.addResourceScope(resource, token.scope);
  } else if (organizationId && request.resources.length === 0) {
    const { permissions } = request.environment.tenant;
    const available = permissions.inOrganization(user, organizationId) ?? [];
    const server = request.organizationServer(organizationId, available);
    token.resourceServer = server;
    token.scope = available.filter((name) => requested.includes(name)).join(' ');
    grant.addResourceScope(server.identifier(), token.scope);
  } else {
    token.scope = requested.filter((name) => oidcScopes.includes(name)).join(' ');
    grant.addOIDCScope(token.scope);
  }
}
