import type { KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

import type { ProviderDependencies } from '../provider-dependencies.js';

const day = 24 * 3600;
const year = 365.25 * day;

/** The lifetime of a new refresh token in seconds. */
export function refreshTokenTtl(
  ctx: KoaContextWithOIDC | undefined,
  clientId: string,
  { tenant, options }: ProviderDependencies,
): number {
  const application = tenant.application(clientId);
  const rotated = ctx?.oidc.entities.RotatedRefreshToken;
  if (rotated && application?.type === 'SPA') {
    // Rotation does not extend the lifetime of a browser's token.
    return Math.max(1, rotated.remainingTTL);
  }
  const days = application?.refreshTokenTtlInDays;
  return days === undefined ? options.ttl.refreshToken : Math.max(1, Math.round(days * day));
}

/** Whether this use of a refresh token rotates it. */
export function shouldRotate(
  ctx: KoaContextWithOIDC,
  token: RefreshToken,
  { tenant, options: { rotation } }: ProviderDependencies,
): boolean {
  const client = ctx.oidc.client;
  if (rotation === 'off' || !tenant.application(client?.clientId ?? '')?.rotateRefreshToken) return false;
  if (rotation === 'every-use') return true;
  if (token.totalLifetime() >= year) return false;
  return client?.clientAuthMethod === 'none' || token.ttlPercentagePassed() >= 70;
}
