import { randomBytes } from 'node:crypto';
import type { UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import { refreshAt, type TokenSet } from '../oidc/token-set.js';
import { ownEntryPrefix } from './store-access.js';

/** An access token as it is kept. */
export interface StoredAccessToken {
  readonly token: string;
  readonly scopes: readonly string[];
  /** When Logto gave it, in milliseconds since 1970. */
  readonly givenAt: number;
  /** From when on it is refreshed, in milliseconds since 1970: shortly before it expires. */
  readonly refreshAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The tokens of one sign-in. */
export interface TokenRecord {
  readonly idToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  readonly accessTokens: Readonly<Record<string, StoredAccessToken>>;
  /** The last answer of the userinfo endpoint, with when it came. */
  readonly userInfo?: { readonly at: number; readonly claims: UserInfoResponse } | undefined;
}

const keyPrefix = `${ownEntryPrefix}tokens-`;

/** The id of a new record. As short as an id may be that nobody guesses: there are stores whose keys are. */
export function newTokenRecordId(): string {
  return randomBytes(15).toString('base64url');
}

/** Where a record stands in the session store. */
export function tokenRecordKey(id: string): string {
  return keyPrefix + id;
}

/** Whether a record stands there. */
export function isTokenRecordKey(key: string): boolean {
  return key.startsWith(keyPrefix);
}

/** How long a record lives untouched when the store decides how long sessions do, in milliseconds. */
const unknownSessionLifetime = 30 * 24 * 60 * 60 * 1000;

/**
 * How long a record lives from each touch, in milliseconds: longer than its session, which may be touched a
 * tenth of a lifetime after the record was.
 * @param session milliseconds; anything else when the store decides: express-session takes `expires: false` too, and
 * then has `false` for the lifetime
 */
export function tokenRecordLifetime(session: unknown): number {
  return Math.ceil((typeof session === 'number' ? session : unknownSessionLifetime) * 1.2);
}

/** Where an access token stands in its record. */
export function accessTokenKey({ resource, organizationId }: TokenTarget): string {
  return `${resource ?? ''}#${organizationId ?? ''}`;
}

/** The record with what a token answer brought. */
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
        givenAt: Date.now(),
        expiresAt: tokens.expiresAt,
        refreshAt: refreshAt(tokens),
      },
    },
  };
}
