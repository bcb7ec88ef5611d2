import { createHash } from 'node:crypto';
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import type { IdTokenClaims } from './claims.js';
import { idTokenInvalid } from './errors/provider-error.js';

/** What the token endpoint answered, validated. */
export interface TokenSet {
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** How long the access token lives from its issue, in milliseconds. */
  readonly lifetime: number;
  readonly scopes: string[];
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly claims: IdTokenClaims | undefined;
}

/** Longest time before its expiry that an access token is refreshed, in milliseconds. */
const refreshMargin = 60_000;

/** From when on an access token is to be refreshed, in milliseconds since 1970: shortly before it expires. */
export function refreshAt({ expiresAt, lifetime }: Pick<TokenSet, 'expiresAt' | 'lifetime'>): number {
  return expiresAt - Math.min(refreshMargin, lifetime / 10);
}

/** How long an access token is taken to live when the answer does not say, in seconds. */
const defaultLifetime = 3600;

/**
 * Reads an answer that openid-client has validated, and checks what it leaves to its caller.
 * @throws LogtoException `id_token_invalid` when the token is no bearer token, or `at_hash` belongs to another one
 */
export function toTokenSet(answer: TokenEndpointResponse & TokenEndpointResponseHelpers): TokenSet {
  if (answer.token_type.toLowerCase() !== 'bearer') {
    throw new LogtoException('provider_answer_invalid', 'The token that Logto gave is not a bearer token.', {
      status: 401,
      needsOperator: true,
    });
  }
  const claims = answer.claims() as IdTokenClaims | undefined;
  if (claims && answer.id_token !== undefined)
    assertAccessTokenHash(claims, answer.id_token, answer.access_token);
  const lifetime = Math.max(0, answer.expiresIn() ?? defaultLifetime) * 1000;
  return {
    accessToken: answer.access_token,
    expiresAt: Date.now() + lifetime,
    lifetime,
    scopes: answer.scope?.split(' ').filter(Boolean) ?? [],
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
    claims,
  };
}

/** OpenID Connect Core 3.1.3.8: optional in the code flow, and binding where it is there. */
function assertAccessTokenHash(claims: IdTokenClaims, idToken: string, accessToken: string): void {
  if (claims.at_hash === undefined || claims.at_hash === null) return;
  const header = JSON.parse(Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString()) as {
    alg: string;
  };
  const bits = /(256|384|512)$/.exec(header.alg)?.[0] ?? '512';
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  if (digest.subarray(0, digest.length / 2).toString('base64url') !== claims.at_hash) {
    throw idTokenInvalid('The ID token belongs to another access token.');
  }
}
