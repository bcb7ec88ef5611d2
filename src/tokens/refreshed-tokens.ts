import { inspect, isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { IdTokenClaims } from '../oidc/claims.js';
import { OidcClient, type TokenTarget } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
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

/** What a refresh grant starts from. */
export interface GrantStart {
  /** The stored tokens, read under the mutex of the sign-in. */
  readonly tokens: TokenRecord | undefined;
  /** An access token that Logto no longer accepts. */
  readonly refused?: string | undefined;
  /** Whether to replace all stored access tokens and userinfo claims. Default: `false`. */
  readonly replaceAll?: boolean;
}

/** Stores what a refresh grant has brought: tokens in the token record, claims in the session. */
@Injectable()
export class RefreshedTokens {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Stores a token response. If the store fails, this process keeps the tokens in memory.
   * @returns the access token for `target`
   * @throws LogtoUnauthenticatedException if the user has signed out in the meantime
   */
  async store(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    { tokens, replaceAll = false }: GrantStart,
    answer: TokenSet,
  ): Promise<StoredAccessToken> {
    const { sessionStore } = request;
    if (await this.tombstones.has(sessionStore, record.tokens).catch(() => false)) {
      // The user has signed out in the meantime, so the new tokens must not be used.
      if (answer.refreshToken !== undefined) {
        await this.oidc.revoke(answer.refreshToken, 'refresh_token').catch(() => undefined);
      }
      throw new LogtoUnauthenticatedException();
    }
    // Read again, because another instance may have added tokens in the meantime.
    const latest = (await this.records.load(sessionStore, record.tokens).catch(() => undefined)) ?? tokens;
    const base = replaceAll ? { ...latest, accessTokens: {}, userInfo: undefined } : latest;
    const next = withTokens(base, target, answer);
    try {
      await this.records.save(request, record.tokens, next);
      await this.updateClaims(request, record, answer);
    } catch (error) {
      const message = 'Refreshed tokens could not be stored. This process keeps them until they can.';
      this.log.write('warn', message, { details: inspect(error) });
    }
    return next.accessTokens[accessTokenKey(target)] as StoredAccessToken;
  }

  private async updateClaims(request: Request, record: SessionRecord, { claims }: TokenSet): Promise<void> {
    const known = this.refreshed.newest(record);
    if (!claims || !isSignedIn(known)) return;
    const next = refreshedRecord(known, claims);
    this.refreshed.remember(record.tokens, next);
    const { revalidateAfter } = this.options;
    const due = revalidateAfter !== false && next.checkedAt - record.checkedAt > revalidateAfter / 2;
    if (due || record.outdatedSince !== undefined || !sameClaims(known.claims, next.claims))
      await this.sessions.replace(request, record, next);
  }
}

/** The record with the claims of a refreshed ID token. Keeps what only the ID token of the sign-in has. */
function refreshedRecord(record: SessionRecord, claims: IdTokenClaims): SessionRecord {
  const sid = claims.sid ?? record.sid;
  const { outdatedSince = 0, ...kept } = record;
  return {
    ...kept,
    claims: {
      ...claims,
      ...(record.authTime === undefined ? {} : { auth_time: record.authTime }),
      ...(sid === undefined ? {} : { sid }),
    },
    ...(sid === undefined ? {} : { sid }),
    // The clock of the instance that learned of the change may be ahead.
    checkedAt: Math.max(Date.now(), outdatedSince),
  };
}

/** Whether two ID tokens have the same claims about the user. */
function sameClaims(one: IdTokenClaims, other: IdTokenClaims): boolean {
  return isDeepStrictEqual(aboutTheUser(one), aboutTheUser(other));
}

function aboutTheUser(claims: IdTokenClaims): Record<string, unknown> {
  const { iat: _iat, exp: _exp, nonce: _nonce, at_hash: _hash, ...rest } = claims;
  return rest;
}
