import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { trace } from '../events/trace.js';
import type { TokenTarget } from '../oidc/token-target.js';
import { RefreshGrant } from './refresh-grant.js';
import type { SignInRefresh } from './sign-in-refresh.js';
import { isSignedIn, type SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import { SingleFlight } from '../concurrency/single-flight.js';
import { accessTokenKey, type StoredAccessToken, type TokenRecord } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { RefreshedRecords } from '../store/refreshed-records.js';

/**
 * Coordinates the refreshes of a sign-in: they run one after the other, because each may rotate the refresh token, and
 * concurrent requests for the same token share one.
 */
@Injectable()
export class TokenRefresh {
  private readonly singleFlight = new SingleFlight();

  constructor(
    private readonly grants: RefreshGrant,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly refreshed: RefreshedRecords,
  ) {}

  /**
   * An access token that is not about to expire.
   * @param rejected a token that Logto no longer accepts, although it has not expired
   */
  accessToken(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    rejected?: string,
  ): Promise<StoredAccessToken> {
    const key = accessTokenKey(target);
    return this.singleFlight.run(`${record.tokenRecordId} ${key} ${rejected ?? ''}`, () =>
      this.runExclusive(record, async (afterwards) => {
        const tokens = await this.records.load(request.sessionStore, record.tokenRecordId);
        const stored = tokens?.accessTokens[key];
        // Another call may have refreshed it while this one waited for the mutex.
        if (stored && stored.token !== rejected && Date.now() < stored.refreshAt) return stored;
        return this.run({ request, record, target, rejected, afterwards }, tokens);
      }),
    );
  }

  /** Refreshes claims and tokens with a request to Logto that starts after this call. */
  refreshAll(request: Request, record: SessionRecord): Promise<void> {
    const key = `${record.tokenRecordId} all`;
    return this.singleFlight.run(key, () =>
      this.runExclusive(record, async (afterwards) => {
        const tokens = await this.records.load(request.sessionStore, record.tokenRecordId);
        // A later call must see what changes at Logto from now on.
        this.singleFlight.release(key);
        const rejected = userInfoToken(tokens);
        await this.run({ request, record, target: {}, rejected, replaceAll: true, afterwards }, tokens);
      }),
    );
  }

  /**
   * Refreshes the claims, unless another request or instance has done so since `record`.
   * @returns whether that has succeeded: a token response may have no ID token, and the user resolver may fail
   */
  refreshClaims(request: Request, record: SessionRecord): Promise<boolean> {
    return this.singleFlight.run(`${record.tokenRecordId} claims`, () =>
      this.runExclusive(record, async (afterwards) => {
        if (await this.sessions.loadNewer(request, record)) return true;
        const tokens = await this.records.load(request.sessionStore, record.tokenRecordId);
        const rejected = userInfoToken(tokens);
        // The permissions in the stored access tokens may have changed, too.
        const replaceAll = record.outdatedSince !== undefined;
        await this.run({ request, record, target: {}, rejected, replaceAll, afterwards }, tokens);
        const newest = this.refreshed.newest(record);
        return newest !== record && !(isSignedIn(newest) && newest.isLocalUserStale);
      }),
    );
  }

  /** Ends the sign-in. The session and the app's own data in it stay. */
  async end(request: Request, record: SessionRecord): Promise<void> {
    const afterwards: SignInRefresh['afterwards'] = [];
    try {
      await this.grants.end({ request, record, afterwards }, 'user');
    } finally {
      await runAll(afterwards);
    }
  }

  private run(refresh: SignInRefresh, tokens: TokenRecord | undefined): Promise<StoredAccessToken> {
    const { record, target } = refresh;
    const { resource, organizationId } = target;
    return trace(
      'nestjs-logto:refresh',
      () => ({ sub: record.claims.sub, sid: record.sid, resource, organizationId }),
      () => this.grants.run(refresh, tokens),
    );
  }

  /** Runs `refresh` under the mutex of the sign-in, and then the hooks without it: a slow hook blocks no other refresh. */
  private async runExclusive<T>(
    record: SessionRecord,
    refresh: (afterwards: SignInRefresh['afterwards']) => Promise<T>,
  ): Promise<T> {
    const afterwards: SignInRefresh['afterwards'] = [];
    try {
      return await this.records.runExclusive(record.tokenRecordId, () => refresh(afterwards));
    } finally {
      await runAll(afterwards);
    }
  }
}

async function runAll(hooks: SignInRefresh['afterwards']): Promise<void> {
  for (const run of hooks) await run();
}

/** The stored token for userinfo, which would otherwise make the refresh unnecessary. */
function userInfoToken(tokens: TokenRecord | undefined): string | undefined {
  return tokens?.accessTokens[accessTokenKey({})]?.token;
}
