import type { JWTHeaderParameters, JWTPayload } from 'jose';
import type { HostileProvider } from '../../support/logto/hostile-provider.js';
import { resource } from '../../support/logto/issuer.js';

/** The current time in seconds, as in claims. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** The claims of an access token for the API of the specs. Claims that are `undefined` are left out. */
export function accessTokenClaims(
  provider: HostileProvider,
  changed: Record<string, unknown> = {},
): JWTPayload {
  const claims = {
    iss: provider.issuer,
    aud: resource,
    sub: 'ada',
    client_id: 'app',
    jti: 'token-1',
    scope: 'read:things',
    iat: now(),
    exp: now() + 3600,
    ...changed,
  };
  return JSON.parse(JSON.stringify(claims)) as JWTPayload;
}

/** An access token with these claims, signed by the provider. */
export const signAccessToken = (
  provider: HostileProvider,
  changed?: Record<string, unknown>,
  header?: Partial<JWTHeaderParameters>,
): Promise<string> => provider.sign(accessTokenClaims(provider, changed), { typ: 'at+jwt', ...header });
