import { createHash } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import type { IdTokenClaims } from './claims.js';
import { idTokenInvalid } from './errors/id-token-invalid.js';

/** The validated response of the token endpoint. */
export interface TokenSet {
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** When to refresh the access token, in milliseconds since 1970: shortly before it expires. */
  readonly refreshAt: number;
  readonly scopes: string[];
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly claims: IdTokenClaims | undefined;
}

/** How long before its expiry an access token is refreshed at the latest, in milliseconds. */
const refreshMargin = 60_000;

/** The lifetime of an access token whose response has no `expires_in`, in seconds. */
const defaultLifetime = 3600;

/**
 * Converts a response that openid-client has validated, and checks what openid-client does not.
 * @throws LogtoException `provider_answer_invalid` if the token is not a bearer token, `id_token_invalid` if `at_hash` does
 * not match
 */
export function toTokenSet(answer: TokenEndpointResponse & TokenEndpointResponseHelpers): TokenSet {
  if (answer.token_type.toLowerCase() !== 'bearer') {
    throw new LogtoException(
      'provider_answer_invalid',
      'The token that Logto issued is not a bearer token.',
      {
        status: 401,
        needsOperator: true,
      },
    );
  }
  const claims = answer.claims() as IdTokenClaims | undefined;
  if (claims && answer.id_token !== undefined)
    assertAccessTokenHash(claims, answer.id_token, answer.access_token);
  const lifetime = Math.max(0, answer.expiresIn() ?? defaultLifetime) * 1000;
  const expiresAt = Date.now() + lifetime;
  return {
    accessToken: answer.access_token,
    expiresAt,
    refreshAt: expiresAt - marginOf(lifetime),
    scopes: answer.scope?.split(' ').filter(Boolean) ?? [],
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
    claims,
  };
}

/**
 * How long before its expiry to refresh a token, in milliseconds: at a random time in the last tenth of its lifetime, but at
 * least a minute before it expires, or a tenth of its lifetime if that is shorter. Tokens that were issued at the same
 * moment are then not refreshed at the same moment.
 */
function marginOf(lifetime: number): number {
  const longest = lifetime / 10;
  const shortest = Math.min(refreshMargin, longest);
  return shortest + Math.random() * (longest - shortest);
}

/** Asserts that `at_hash` matches. It is optional in the code flow (OpenID Connect Core 3.1.3.8). */
function assertAccessTokenHash(claims: IdTokenClaims, idToken: string, accessToken: string): void {
  if (claims.at_hash === undefined || claims.at_hash === null) return;
  const bits = /(256|384|512)$/.exec(decodeProtectedHeader(idToken).alg ?? '')?.[0] ?? '512';
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  if (digest.subarray(0, digest.length / 2).toString('base64url') !== claims.at_hash) {
    throw idTokenInvalid('The ID token belongs to another access token.');
  }
}
