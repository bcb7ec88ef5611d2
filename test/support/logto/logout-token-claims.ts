import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { application } from './issuer.js';

/** The claims of a valid logout token for ada. */
export function logoutTokenClaims(issuer: string, overrides: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: application.id,
    sub: 'ada',
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...overrides,
  };
}
