import type { UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';

/** An access token as it is kept. */
export interface StoredAccessToken {
  readonly token: string;
  readonly scopes: readonly string[];
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

/** Where a record stands in the session store. */
export function tokenRecordKey(id: string): string {
  return `logto-tokens-${id}`;
}

/** Where an access token stands in its record. */
export function accessTokenKey({ resource, organizationId }: TokenTarget): string {
  return `${resource ?? ''}#${organizationId ?? ''}`;
}

/** Longest time before its expiry that an access token is refreshed, in milliseconds. */
const refreshMargin = 60_000;

/** The record with what a token answer brought. */
export function withTokens(
  record: TokenRecord | undefined,
  target: TokenTarget,
  tokens: TokenSet,
): TokenRecord {
  const margin = Math.min(refreshMargin, tokens.lifetime / 10);
  return {
    ...record,
    idToken: tokens.idToken ?? record?.idToken,
    refreshToken: tokens.refreshToken ?? record?.refreshToken,
    accessTokens: {
      ...record?.accessTokens,
      [accessTokenKey(target)]: {
        token: tokens.accessToken,
        scopes: tokens.scopes,
        expiresAt: tokens.expiresAt,
        refreshAt: tokens.expiresAt - margin,
      },
    },
  };
}
