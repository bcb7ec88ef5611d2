import type { Grant, RefreshToken } from 'oidc-provider';

import type { TenantUser } from '../../tenant/tenant.js';
import type { TokenRequest } from './token-request.js';

const organizationsScope = 'urn:logto:scope:organizations';

/** A refresh token that may be used, with its grant and its user. */
export interface VerifiedRefreshToken {
  token: RefreshToken;
  grant: Grant;
  user: TenantUser;
}

/** Checks the refresh token of a request, in Logto's order. Using a token twice ends its grant. */
export async function verifyRefreshToken(request: TokenRequest): Promise<VerifiedRefreshToken> {
  const { ctx, environment } = request;
  const { account, errors, store, tenant } = environment;
  const { token, grant } = await findRefreshToken(request);
  assertScopes(request, token);
  ctx.oidc.entity('RefreshToken', token);
  ctx.oidc.entity('Grant', grant);

  const user = tenant.users.get(token.accountId);
  if (!user || user.isSuspended || token.accountId !== grant.accountId) {
    throw new errors.InvalidGrant('user not found');
  }
  ctx.oidc.entity('Account', account(user));
  if (token.consumed) {
    store.deleteGrant(grant.jti);
    throw new errors.InvalidGrant('refresh token already used');
  }
  request.assertMembership(user);
  return { token, grant, user };
}

async function findRefreshToken(request: TokenRequest): Promise<{ token: RefreshToken; grant: Grant }> {
  const { client, environment, organizationId, parameters } = request;
  const { errors } = environment;
  const { provider } = request.ctx.oidc;
  const value = parameters['refresh_token'] ?? '';
  const token = await provider.RefreshToken.find(value, { ignoreExpiration: true });
  if (!token || token.clientId !== client.clientId || token.isExpired) {
    throw new errors.InvalidGrant('refresh token is unknown, expired or of another application');
  }
  if (organizationId && !token.scopes.has(organizationsScope)) {
    throw new errors.InsufficientScope('refresh token missing required scope', organizationsScope);
  }
  const grant = await provider.Grant.find(token.grantId ?? '', { ignoreExpiration: true });
  if (!grant || grant.isExpired || grant.clientId !== client.clientId) {
    throw new errors.InvalidGrant('grant not found');
  }
  return { token, grant };
}

function assertScopes({ ctx, environment, parameters }: TokenRequest, token: RefreshToken): void {
  const requested = parameters['scope'] ? [...ctx.oidc.requestParamScopes] : [];
  const missing = requested.filter((scope) => !token.scopes.has(scope));
  if (missing.length > 0) {
    throw new environment.errors.InvalidScope(
      `refresh token missing requested scope${missing.length > 1 ? 's' : ''}`,
      missing.join(' '),
    );
  }
}
