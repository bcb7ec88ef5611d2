import { decodeJwt } from 'jose';
import { LogtoException } from '../logto.exceptions.js';
import type { AccessTokenClaims } from '../oidc/claims.js';

/**
 * The claims of an access token that Logto has issued to this app.
 * @throws LogtoException `access_token_opaque` if the token is not a JWT
 */
export function accessTokenClaims(accessToken: string): AccessTokenClaims {
  try {
    return decodeJwt<AccessTokenClaims>(accessToken);
  } catch {
    throw new LogtoException(
      'access_token_opaque',
      'This access token has no claims to read: it is opaque. Name a `resource` or an `organizationId`.',
    );
  }
}
