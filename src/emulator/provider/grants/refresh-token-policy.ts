import type { KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

import type { ProviderParts } from '../provider-parts.js';

const day = 24 * 3600;
const year = 365.25 * day;

/** Seconds that a new refresh token lives. */
export function refreshTokenTtl(
  ctx: KoaContextWithOIDC | undefined,
  clientId: string,
  { tenant, options }: ProviderParts,
): number {
  const application = tenant.applications.get(clientId);
  const rotated = ctx?.oidc.entities.RotatedRefreshToken;
  if (rotated && application?.type === 'SPA') {
    // A browser's token gets no longer life by being rotated.
    return Math.max(1, rotated.remainingTTL);
  }
  const days = application?.refreshTokenTtlInDays;
  return days === undefined ? options.ttl.refreshToken : Math.max(1, Math.round(days * day));
}

/** Whether this use of a refresh token brings a new one. */
export function shouldRotate(ctx: KoaContextWithOIDC, token: RefreshToken, parts: ProviderParts): boolean {
  const { rotation } = parts.options;
  const client = ctx.oidc.client;
  if (rotation === 'off' || !parts.tenant.applications.get(client?.clientId ?? '')?.rotateRefreshToken) {
    return false;
  }
  if (rotation === 'every-use') {
    return true;
  }
  if (token.totalLifetime() >= year) {
    return false;
  }
  return client?.clientAuthMethod === 'none' || token.ttlPercentagePassed() >= 70;
}
