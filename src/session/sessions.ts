import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { PatchedStores } from '../store/patched-stores.js';
import { RefreshedRecords } from '../store/refreshed-records.js';
import {
  foreignRecord,
  isNewer,
  isSignedIn,
  type EndedRecord,
  type SessionRecord,
} from '../store/session-record.js';
import { SignInIndex } from '../store/sign-in-index.js';
import { extendedCookie, readEntry } from '../store/store-access.js';
import { storedSignIn } from '../store/stored-sign-in.js';
import { missingSession } from './missing-session.js';
import { PassiveRequests } from '../request/passive-requests.js';
import { SessionExpiry } from './session-expiry.js';
import { SessionLifetime } from './session-lifetime.js';
import { SessionStoreLocator } from './session-store-locator.js';
import { signInClient } from './sign-in-client.js';

/** Reads and updates the sign-in in a request's session. `SessionStart` starts sessions, `SessionEnd` ends them. */
@Injectable()
export class Sessions {
  private readonly disregarded = new WeakSet<Request>();
  private readonly ended = new WeakSet<Request>();
  /** Sessions that had not expired when they were loaded: they stay valid until a long request has finished. */
  private readonly unexpired = new WeakSet<Request['session']>();

  constructor(
    protected readonly options: ResolvedLogtoOptions,
    private readonly storeLocator: SessionStoreLocator,
    protected readonly lifetime: SessionLifetime,
    private readonly stores: PatchedStores,
    private readonly expiry: SessionExpiry,
    protected readonly refreshed: RefreshedRecords,
    private readonly index: SignInIndex,
    private readonly passiveRequests: PassiveRequests,
  ) {}

  /** The request's session, if it is one of express-session. Never throws: public pages work without a session. */
  find(request: Request): Request['session'] | undefined {
    const session = request.session as Request['session'] | undefined;
    const store = request.sessionStore as Store | undefined;
    if (!session || !store) return undefined;
    this.storeLocator.register(request);
    return session;
  }

  /**
   * The request's session.
   * @throws LogtoException `session_not_configured`, `session_not_supported`, `session_missing`, or
   * `session_store_unavailable`
   */
  require(request: Request): Request['session'] {
    signInClient(this.options);
    const session = this.find(request);
    if (session) return session;
    throw missingSession(request, this.storeLocator);
  }

  /**
   * Asserts that a request without a sign-in is anonymous, and does not just have a session that cannot be read.
   * @throws LogtoException as {@link require}, unless the app only accepts bearer tokens
   */
  assertReadable(request: Request): void {
    if (this.options.client) this.require(request);
  }

  /** Ignores the session of a request from now on: its user was found by other means, or has signed out. */
  disregard(request: Request): void {
    // Without a client, sessions are ignored anyway.
    if (this.options.client) this.disregarded.add(request);
  }

  /** Records that a request itself has ended its sign-in. */
  markEnded(request: Request): void {
    this.ended.add(request);
  }

  /** Whether a request itself has ended its sign-in. */
  hasEnded(request: Request): boolean {
    return this.ended.has(request);
  }

  /** The session's last sign-in, whether or not it has ended. Ends it if a limit of `lifetime` was exceeded. */
  lastRecord(request: Request): SessionRecord | EndedRecord | undefined {
    // In an app that only accepts bearer tokens, the session has nothing to do with Logto.
    if (!this.options.client || this.disregarded.has(request)) return undefined;
    const session = this.find(request);
    const record = session?.logto;
    if (isSignedIn(record) && !this.isForThisApplication(record)) return foreignRecord;
    const newest = isSignedIn(record) ? this.refreshed.newest(record) : record;
    if (!session || !isSignedIn(newest) || !this.lifetime.isLimited || this.unexpired.has(session))
      return newest;
    const exceeded = this.lifetime.exceeded(newest);
    if (exceeded) return this.expiry.end(request, newest, exceeded);
    this.unexpired.add(session);
    return newest;
  }

  /** The session's sign-in, if it has not ended. */
  record(request: Request): SessionRecord | undefined {
    const record = this.lastRecord(request);
    return isSignedIn(record) ? record : undefined;
  }

  /** Stores from time to time that the user is active, if there is an idle timeout. */
  recordActivity(request: Request, record: SessionRecord): SessionRecord {
    if (!this.lifetime.isActivityDue(record) || this.passiveRequests.has(request)) return record;
    const active = { ...record, seenAt: Date.now() };
    // If the write fails, the next request tries again.
    this.replace(request, record, active).catch(() => undefined);
    return active;
  }

  /**
   * Replaces the record in the stored session and keeps what parallel requests have written there. The request's own
   * copy of the session stays as it is, so that express-session sees no change and does not save it.
   */
  async replace(request: Request, previous: SessionRecord, next: SessionRecord | EndedRecord): Promise<void> {
    const { tokenRecordId } = previous;
    this.refreshed.remember(tokenRecordId, next);
    await this.stores.update(request.sessionStore, request.sessionID, tokenRecordId, (stored) => {
      if (!isSignedIn(stored.logto) || stored.logto.tokenRecordId !== tokenRecordId) return undefined;
      return {
        ...stored,
        cookie: extendedCookie(stored.cookie),
        logto: withOutdatedSince(stored.logto, next),
      };
    });
  }

  /**
   * Looks in this process and in the store for a newer record of a sign-in: newer claims, or its end.
   * @returns whether there is one
   */
  async loadNewer(request: Request, record: SessionRecord): Promise<boolean> {
    if (this.refreshed.newest(record) !== record) return true;
    const stored = (await readEntry(request.sessionStore, request.sessionID))?.logto;
    if (stored === undefined) return false;
    const found = isSignedIn(stored) ? isNewer(stored, record) : stored.sub === record.claims.sub;
    if (found) this.refreshed.remember(record.tokenRecordId, stored);
    return found;
  }

  /**
   * The record of a sign-in as it is stored now, or `undefined` if it has ended on another instance.
   * @throws LogtoException `session_store_unavailable`
   */
  storedRecord(request: Request, record: SessionRecord): Promise<SessionRecord | undefined> {
    return storedSignIn(request, record, this.index);
  }

  /** Whether a record is of this app's issuer and application. Several apps may share a store and a secret. */
  private isForThisApplication({ claims: { iss, aud } }: SessionRecord): boolean {
    const appId = this.options.client?.appId;
    const isAudience = typeof aud === 'string' ? aud === appId : appId !== undefined && aud.includes(appId);
    return isAudience && iss === this.options.issuer;
  }
}

/** Keeps `outdatedSince` if the user has changed at Logto since the claims of the next record were issued. */
function withOutdatedSince(
  { outdatedSince = 0 }: SessionRecord,
  next: SessionRecord | EndedRecord,
): SessionRecord | EndedRecord {
  return isSignedIn(next) && outdatedSince > next.checkedAt ? { ...next, outdatedSince } : next;
}
