import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import { RefreshGrant } from './refresh-grant.js';
import type { SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import { SingleFlight } from './single-flight.js';
import { accessTokenKey, type StoredAccessToken, type TokenRecord } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { RefreshedRecords } from '../store/refreshed-records.js';

/**
 * Who waits for whom: refreshes of one sign-in run one after the other, for each may rotate the refresh token,
 * and those who want the same one share it.
 */
@Injectable()
export class TokenRefresh {
  private readonly calls = new SingleFlight();

  constructor(
    private readonly grants: RefreshGrant,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly refreshed: RefreshedRecords,
  ) {}

  /**
   * An access token that is good for a while yet.
   * @param refused one that Logto no longer takes, however long it should have lived
   */
  accessToken(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    refused?: string,
  ): Promise<StoredAccessToken> {
    const key = accessTokenKey(target);
    return this.calls.run(`${record.tokens} ${key} ${refused ?? ''}`, () =>
      this.records.runExclusive(record.tokens, async () => {
        const tokens = await this.records.load(request.sessionStore, record.tokens);
        const found = tokens?.accessTokens[key];
        const kept = found?.token === refused ? undefined : found;
        // Somebody else may have refreshed it while this waited for its turn.
        if (kept && Date.now() < kept.refreshAt) return kept;
        try {
          return await this.grants.run(request, record, target, { tokens, refused });
        } catch (error) {
          // The time before its expiry is there to bridge this.
          if (kept && Date.now() < kept.expiresAt && isTransient(error)) return kept;
          throw error;
        }
      }),
    );
  }

  /** New claims and tokens, as Logto tells them after this was called. */
  now(request: Request, record: SessionRecord): Promise<void> {
    const key = `${record.tokens} now`;
    return this.calls.run(key, () =>
      this.records.runExclusive(record.tokens, async () => {
        const tokens = await this.records.load(request.sessionStore, record.tokens);
        // Who asks from here on may want to see what changes from here on.
        this.calls.release(key);
        await this.grants.run(request, record, {}, { tokens, refused: keptForUserInfo(tokens), renew: true });
      }),
    );
  }

  /**
   * New claims, unless somebody else has refreshed them since `record`.
   * @returns whether there are any: an answer may have no ID token
   */
  claims(request: Request, record: SessionRecord): Promise<boolean> {
    return this.calls.run(`${record.tokens} claims`, () =>
      this.records.runExclusive(record.tokens, async () => {
        if (await this.sessions.loadNewer(request, record)) return true;
        const tokens = await this.records.load(request.sessionStore, record.tokens);
        await this.grants.run(request, record, {}, { tokens, refused: keptForUserInfo(tokens) });
        return this.refreshed.newest(record) !== record;
      }),
    );
  }

  /** Ends the sign-in; the session and the app's own data in it stay. */
  end(request: Request, record: SessionRecord): Promise<void> {
    return this.grants.end(request, record);
  }
}

/** The token that would do if it were not for the claims. */
function keptForUserInfo(tokens: TokenRecord | undefined): string | undefined {
  return tokens?.accessTokens[accessTokenKey({})]?.token;
}

function isTransient(error: unknown): boolean {
  return error instanceof LogtoException && error.transient;
}
