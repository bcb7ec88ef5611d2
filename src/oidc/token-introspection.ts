import { tokenIntrospection } from 'openid-client';
import type { AccessTokenClaims } from './claims.js';
import type { OidcClient } from './oidc-client.js';

/**
 * What Logto says of an opaque access token (RFC 7662).
 * @returns its claims, or `undefined` when it is not active or no access token: a refresh token is active too,
 * and told apart only by having no `token_type`
 * @throws LogtoException a transient one when Logto cannot be asked
 */
export async function introspect(oidc: OidcClient, token: string): Promise<AccessTokenClaims | undefined> {
  const answer = await oidc.call('introspection', (configuration) =>
    tokenIntrospection(configuration, token, { token_type_hint: 'access_token' }),
  );
  const isAccessToken = answer.active && answer.token_type?.toLowerCase() === 'bearer';
  return isAccessToken ? (answer as unknown as AccessTokenClaims) : undefined;
}
