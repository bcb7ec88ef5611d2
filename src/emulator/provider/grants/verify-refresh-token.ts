import type { Grant, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

import type { TenantUser } from '../../tenant/tenant.js';
import { assertMembership } from './assert-membership.js';
import type { GrantEnvironment } from './grant-environment.js';
import { parameters, requireClient } from './token-request.js';

const organizationsScope = 'urn:logto:scope:organizations';

/** A refresh token that may be used, with its grant and its user. */
export interface VerifiedRefreshToken {
  token: RefreshToken;
  grant: Grant;
  user: TenantUser;
}

/** Checks the refresh token of a request, in Logto's order. Using a token again ends its grant. */
export async function verifyRefreshToken(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
): Promise<VerifiedRefreshToken> {
  const { errors, store } = environment;
  const { clientId } = requireClient(ctx, environment);
  const { organization_id: organizationId } = parameters(ctx);
  const { token, grant } = await findRefreshToken(ctx, environment, clientId, organizationId);
  assertScopes(ctx, environment, token);
  ctx.oidc.entity('RefreshToken', token);
  ctx.oidc.entity('Grant', grant);

  const user = environment.tenant.users.get(token.accountId);
  if (!user || user.isSuspended || token.accountId !== grant.accountId) {
    throw new errors.InvalidGrant('user not found');
  }
  ctx.oidc.entity('Account', environment.account(user));
  if (token.consumed) {
    store.deleteGrant(grant.jti);
    throw new errors.InvalidGrant('refresh token already used');
  }
  if (organizationId) {
    assertMembership(environment, clientId, user, organizationId);
  }
  return { token, grant, user };
}

async function findRefreshToken(
  ctx: KoaContextWithOIDC,
  { errors }: GrantEnvironment,
  clientId: string,
  organizationId: string | undefined,
): Promise<{ token: RefreshToken; grant: Grant }> {
  const { provider } = ctx.oidc;
  const value = parameters(ctx)['refresh_token'] ?? '';
  const token = await provider.RefreshToken.find(value, { ignoreExpiration: true });
  if (!token || token.clientId !== clientId || token.isExpired) {
    throw new errors.InvalidGrant('refresh token is unknown, expired or of another application');
  }
  if (organizationId && !token.scopes.has(organizationsScope)) {
    throw new errors.InsufficientScope('refresh token missing required scope', organizationsScope);
  }
  const grant = await provider.Grant.find(token.grantId ?? '', { ignoreExpiration: true });
  if (!grant || grant.isExpired || grant.clientId !== clientId) {
    throw new errors.InvalidGrant('grant not found');
  }
  return { token, grant };
}

function assertScopes(ctx: KoaContextWithOIDC, { errors }: GrantEnvironment, token: RefreshToken): void {
  const requested = parameters(ctx)['scope'] ? [...ctx.oidc.requestParamScopes] : [];
  const missing = requested.filter((scope) => !token.scopes.has(scope));
  if (missing.length > 0) {
    throw new errors.InvalidScope(
      `refresh token missing requested scope${missing.length > 1 ? 's' : ''}`,
      missing.join(' '),
    );
  }
}
