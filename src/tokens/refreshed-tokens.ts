import { inspect, isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { IdTokenClaims } from '../oidc/claims.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { withoutUndefined } from '../options/without-undefined.js';
import { Hooks } from '../hooks/hooks.js';
import { Sessions } from '../session/sessions.js';
import { RefreshedRecords } from '../store/refreshed-records.js';
import { isSignedIn, type SessionRecord } from '../store/session-record.js';
import {
  accessTokenKey,
  withTokens,
  type StoredAccessToken,
  type TokenRecord,
} from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { Tombstones } from '../store/tombstones.js';
import { SessionLocalUsers } from './session-local-users.js';
import type { SignInRefresh } from './sign-in-refresh.js';

/** The token response of a refresh grant. */
interface RefreshResponse extends TokenSet {
  /** When it was requested, in milliseconds since 1970: what has changed since then may not be in the claims. */
  readonly requestedAt: number;
}

/** Stores the result of a refresh grant: tokens in the token record, claims in the session. */
@Injectable()
export class RefreshedTokens {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly localUsers: SessionLocalUsers,
    private readonly hooks: Hooks,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Stores a token response. If the store fails, this process keeps the tokens in memory.
   * @param tokens the stored tokens
   * @returns the access token for the target of the refresh
   * @throws LogtoUnauthenticatedException if the user has signed out in the meantime
   * @throws LogtoException `user_not_allowed` if the app's user resolver refuses the user
   */
  async store(
    refresh: SignInRefresh,
    tokens: TokenRecord,
    response: RefreshResponse,
  ): Promise<StoredAccessToken> {
    const { request, record, target, replaceAll = false } = refresh;
    const { sessionStore } = request;
    if (await this.tombstones.has(sessionStore, record.tokenRecordId).catch(() => false)) {
      // The user has signed out in the meantime, so the new tokens must not be used.
      if (response.refreshToken !== undefined) {
        await this.oidc.revoke(response.refreshToken, 'refresh_token').catch(() => undefined);
      }
      throw new LogtoUnauthenticatedException();
    }
    // Read again, because another instance may have added tokens in the meantime.
    const latest =
      (await this.records.load(sessionStore, record.tokenRecordId).catch(() => undefined)) ?? tokens;
    const base = replaceAll ? { ...latest, accessTokens: {}, userInfo: undefined } : latest;
    const next = withTokens(base, target, response);
    // The tokens are stored first, because the user resolver may be slow.
    await this.logFailure(this.records.save(request, record.tokenRecordId, next));
    const refreshed = await this.refreshedRecord(refresh, response);
    if (refreshed) await this.logFailure(this.replaceRecord(refresh, refreshed));
    this.addHooks(refresh, refreshed ?? record);
    return next.accessTokens[accessTokenKey(target)] as StoredAccessToken;
  }

  private async logFailure(storing: Promise<void>): Promise<void> {
    try {
      await storing;
    } catch (error) {
      const message = 'Refreshed tokens could not be stored. This process keeps them until they can.';
      this.log.write('warn', message, { details: inspect(error) });
    }
  }

  /** The record with the refreshed claims and the app's own user; `undefined` if the response has no claims. */
  private async refreshedRecord(
    { request, record }: SignInRefresh,
    { claims, requestedAt }: RefreshResponse,
  ): Promise<SessionRecord | undefined> {
    const known = this.refreshed.newest(record);
    if (!claims || !isSignedIn(known)) return undefined;
    return this.localUsers.update(request, withClaims(known, claims, requestedAt));
  }

  private async replaceRecord({ request, record }: SignInRefresh, refreshed: SessionRecord): Promise<void> {
    const known = this.refreshed.newest(record);
    // While the user resolver was busy, the sign-in may have ended, or the user may have been active.
    if (!isSignedIn(known)) return;
    const { seenAt } = known;
    const next = seenAt === undefined ? refreshed : { ...refreshed, seenAt };
    this.refreshed.remember(record.tokenRecordId, next);
    const { revalidateAfter } = this.options;
    const due = revalidateAfter !== false && next.checkedAt - record.checkedAt > revalidateAfter / 2;
    if (due || record.outdatedSince !== undefined || !isSameUser(known, next))
      await this.sessions.replace(request, record, next);
  }

  private addHooks({ target, afterwards }: SignInRefresh, record: SessionRecord): void {
    if (!this.hooks.has('tokenRefresh')) return;
    const { resource, organizationId } = target;
    const event = {
      sub: record.claims.sub,
      target: withoutUndefined({ resource, organizationId }),
      claims: structuredClone(record.claims),
    };
    afterwards.push(() => this.hooks.tokenRefresh(event));
  }
}

/** The record with the claims of a refreshed ID token. Keeps what only the ID token of the sign-in has. */
function withClaims(record: SessionRecord, claims: IdTokenClaims, requestedAt: number): SessionRecord {
  const sid = claims.sid ?? record.sid;
  const { outdatedSince = 0, ...kept } = record;
  const { acr, amr } = record.claims;
  return {
    ...kept,
    claims: {
      ...(acr === undefined ? {} : { acr }),
      ...(amr === undefined ? {} : { amr }),
      ...claims,
      ...(record.authTime === undefined ? {} : { auth_time: record.authTime }),
      ...(sid === undefined ? {} : { sid }),
    },
    ...(sid === undefined ? {} : { sid }),
    // The clock of the instance that learned of the change may be ahead.
    checkedAt: Math.max(requestedAt, outdatedSince),
  };
}

/** Whether two records say the same about the user. */
function isSameUser(one: SessionRecord, other: SessionRecord): boolean {
  return (
    isDeepStrictEqual(userClaimsOf(one.claims), userClaimsOf(other.claims)) &&
    isDeepStrictEqual(one.localUser, other.localUser) &&
    one.isLocalUserStale === other.isLocalUserStale
  );
}

/** The claims without those that differ in every ID token. */
function userClaimsOf(claims: IdTokenClaims): Record<string, unknown> {
  const { iat: _iat, exp: _exp, nonce: _nonce, at_hash: _hash, ...rest } = claims;
  return rest;
}
