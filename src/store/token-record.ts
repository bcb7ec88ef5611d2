import { randomBytes } from 'node:crypto';
import type { UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/token-target.js';
import type { TokenSet } from '../oidc/token-set.js';
import { ownEntryPrefix } from './store-access.js';

/** An access token as it is stored. */
export interface StoredAccessToken {
  readonly token: string;
  readonly scopes: readonly string[];
  /** When Logto issued it, in milliseconds since 1970. */
  readonly issuedAt: number;
  /** When it is due for a refresh, in milliseconds since 1970: shortly before it expires. */
  readonly refreshAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The tokens of one sign-in. */
export interface TokenRecord {
  readonly idToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  readonly accessTokens: Readonly<Record<string, StoredAccessToken>>;
  /** The last response of the userinfo endpoint, and when it arrived. */
  readonly userInfo?: { readonly at: number; readonly claims: UserInfoResponse } | undefined;
}

const keyPrefix = `${ownEntryPrefix}tokens-`;

/** A random ID. 120 bits, because some stores have short keys. */
export function newTokenRecordId(): string {
  return randomBytes(15).toString('base64url');
}

/** The key of a record in the session store. */
export function tokenRecordKey(id: string): string {
  return keyPrefix + id;
}

export function isTokenRecordKey(key: string): boolean {
  return key.startsWith(keyPrefix);
}

/** Lifetime of a session for which the store decides, in milliseconds. */
const unknownSessionLifetime = 30 * 24 * 60 * 60 * 1000;

/**
 * How long a record lives after each touch, in milliseconds: longer than its session, which may be touched a tenth of
 * its lifetime later.
 * @param session lifetime of the session in milliseconds; anything else: the store decides. With `expires: false`,
 * express-session's lifetime is `false`
 */
export function tokenRecordLifetime(session: unknown): number {
  return Math.ceil((typeof session === 'number' ? session : unknownSessionLifetime) * 1.2);
}

/** The key of an access token in its record. */
export function accessTokenKey({ resource, organizationId }: TokenTarget): string {
  return `${resource ?? ''}#${organizationId ?? ''}`;
}

/** The record with the tokens of a token response. */
export function withTokens(
  record: TokenRecord | undefined,
  target: TokenTarget,
  tokens: TokenSet,
): TokenRecord {
  return {
    ...record,
    idToken: tokens.idToken ?? record?.idToken,
    refreshToken: tokens.refreshToken ?? record?.refreshToken,
    accessTokens: {
      ...record?.accessTokens,
      [accessTokenKey(target)]: {
        token: tokens.accessToken,
        scopes: tokens.scopes,
        issuedAt: Date.now(),
        expiresAt: tokens.expiresAt,
        refreshAt: tokens.refreshAt,
      },
    },
  };
}
