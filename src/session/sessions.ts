import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import type { ExpressSession } from './express-session.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { RefreshedRecords } from '../store/refreshed-records.js';
import { assertCookieIsSent, carriesSessionCookie, clearSessionCookie } from './session-cookie.js';
import { SessionLifetime } from './session-lifetime.js';
import {
  endedRecord,
  foreignRecord,
  isSignedIn,
  subjectOf,
  type EndedRecord,
  type SessionRecord,
} from '../store/session-record.js';
import { missingSession } from './missing-session.js';
import { signInClient } from './sign-in-client.js';
import { SignInEnds } from '../store/sign-in-ends.js';
import { sessionRemarks } from './session-remarks.js';
import { SignInIndex } from '../store/sign-in-index.js';
import { completed, deleteEntry, prolongedCookie, readEntry } from '../store/store-access.js';
import { storedSignIn } from '../store/stored-sign-in.js';
import { StoreGuard } from '../store/store-guard.js';
import { tokenRecordKey } from '../store/token-record.js';
import { Tombstones } from '../store/tombstones.js';

/** The sign-in that a request's session holds. The only place that reads and writes `req.session`. */
@Injectable()
export class Sessions {
  private readonly logger = new Logger('LogtoModule');
  private readonly disregarded = new WeakSet<Request>();
  /** Sessions that were in time when they were loaded: a request may take long, and others keep them in use. */
  private readonly inTime = new WeakSet<ExpressSession>();
  private guardedStore: Store | undefined;
  private readonly disconnected = new Set<Store>();
  private cookiePath: string | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly lifetime: SessionLifetime,
    private readonly guard: StoreGuard,
    private readonly tombstones: Tombstones,
    private readonly ends: SignInEnds,
    protected readonly refreshed: RefreshedRecords,
    private readonly index: SignInIndex,
  ) {
    const { store, cookie } = options.session ?? {};
    if (store) this.watchConnection(store);
    if (typeof cookie === 'object') this.cookiePath = cookie.path;
  }

  /** The request's session if it is one that can hold a sign-in. Never throws: public pages work without. */
  find(request: Request): ExpressSession | undefined {
    const session = request.session as ExpressSession | undefined;
    const store = request.sessionStore as Store | undefined;
    if (!session || !store) return undefined;
    if (store !== this.guardedStore) this.sight(store, request);
    return session;
  }

  /**
   * The request's session.
   * @throws LogtoException `session_not_configured`, `session_not_supported`, `session_missing`, or
   * `session_store_unavailable`
   */
  require(request: Request): ExpressSession {
    signInClient(this.options);
    const session = this.find(request);
    if (session) return session;
    const store = this.guardedStore ?? this.options.session?.store;
    throw missingSession(request, {
      isMounted: this.options.session !== undefined || this.guardedStore !== undefined,
      isDisconnected: store !== undefined && this.disconnected.has(store),
      cookiePath: this.cookiePath,
    });
  }

  /**
   * Makes sure that a request without a sign-in has none, rather than a session that cannot be read.
   * @throws LogtoException as {@link require}, where the module signs anybody in at all
   */
  assertReadable(request: Request): void {
    if (this.options.client) this.require(request);
  }

  /** Leaves a request's session out of account: something else has said who the user is. */
  disregard(request: Request): void {
    // Without a client no session is anybody's in any case.
    if (this.options.client) this.disregarded.add(request);
  }

  /** Whose sign-in the session holds, also when it has ended at Logto. */
  trace(request: Request): SessionRecord | EndedRecord | undefined {
    if (this.disregarded.has(request)) return undefined;
    const session = this.find(request);
    const record = session?.logto;
    if (isSignedIn(record) && !this.isOwn(record)) return foreignRecord;
    const newest = isSignedIn(record) ? this.refreshed.newest(record) : record;
    if (!session || !isSignedIn(newest) || !this.lifetime.isLimited || this.inTime.has(session))
      return newest;
    if (this.lifetime.isOver(newest)) return this.expire(request.sessionStore, newest);
    this.inTime.add(session);
    return newest;
  }

  /** Notes now and then that a session is in use, where it ends without use. */
  note(request: Request, record: SessionRecord): SessionRecord {
    if (!this.lifetime.isNoteDue(record)) return record;
    const noted = { ...record, seenAt: Date.now() };
    // A note that is lost is made up for by the next request.
    this.replace(request, record, noted).catch(() => undefined);
    return noted;
  }

  /** The sign-in that the session holds. */
  record(request: Request): SessionRecord | undefined {
    const record = this.trace(request);
    return isSignedIn(record) ? record : undefined;
  }

  /**
   * Puts a finished sign-in into a new session, so that an id that was planted before is worth nothing. The
   * app's own data moves along if it was anonymous or the same user's. Saved when this returns: a redirect
   * must not overtake a slow store.
   * @param prepare runs when the new session's id is known, before anybody is signed in by it
   */
  async establish(
    request: Request,
    record: SessionRecord,
    prepare: (sessionId: string) => Promise<void>,
  ): Promise<void> {
    const session = this.require(request);
    const previous = this.trace(request);
    const own = previous === undefined || subjectOf(previous) === record.claims.sub ? ownData(session) : {};
    assertCookieIsSent(request, session);
    const ended = [
      request.sessionID,
      // Its record alone: who still waits for its tokens may have them, but they are not kept.
      ...(isSignedIn(previous) ? [tokenRecordKey(previous.tokens)] : []),
    ];
    this.guard.supersede(request.sessionID);
    await this.tombstones.ending(request.sessionStore, ended, () =>
      completed((done) => session.regenerate(done)),
    );
    await prepare(request.sessionID);
    Object.assign(request.session, own, { logto: record });
    await completed((done) => request.session.save(done));
    if (isSignedIn(previous)) this.ends.announce(previous.tokens);
  }

  /** Gives the request the session that a parallel request has established. */
  async adopt(request: Request, sessionId: string): Promise<boolean> {
    const data = await readEntry(request.sessionStore, sessionId);
    if (!data) return false;
    request.sessionID = sessionId;
    request.sessionStore.createSession(request, data);
    return true;
  }

  /**
   * Replaces the record in the stored session, beside whatever parallel requests have written to it meanwhile.
   * The request's own copy is left as it is, so that express-session sees no change and saves nothing over it.
   */
  async replace(request: Request, previous: SessionRecord, next: SessionRecord | EndedRecord): Promise<void> {
    const { tokens } = previous;
    this.refreshed.remember(tokens, next);
    await this.guard.update(request.sessionStore, request.sessionID, tokens, (stored) => {
      if (!isSignedIn(stored.logto) || stored.logto.tokens !== tokens) return undefined;
      return { ...stored, cookie: prolongedCookie(stored.cookie), logto: next };
    });
  }

  /**
   * Takes over what somebody else has found out of the sign-in since: newer claims, or its end.
   * @returns whether there was anything
   */
  async catchUp(request: Request, record: SessionRecord): Promise<boolean> {
    if (this.refreshed.newest(record) !== record) return true;
    const stored = (await readEntry(request.sessionStore, request.sessionID))?.logto;
    if (stored === undefined) return false;
    const newer = isSignedIn(stored)
      ? stored.tokens === record.tokens && stored.checkedAt > record.checkedAt
      : stored.sub === record.claims.sub;
    if (newer) this.refreshed.remember(record.tokens, stored);
    return newer;
  }

  /**
   * A sign-in as it is stored now, if it has not ended on another instance.
   * @throws LogtoException `session_store_unavailable`
   */
  stored(request: Request, record: SessionRecord): Promise<SessionRecord | undefined> {
    return storedSignIn(request, record, this.index);
  }

  /** Ends the session for good, on every instance. */
  async end(request: Request): Promise<void> {
    const session = this.require(request);
    const record = this.record(request);
    const tokens = record?.tokens;
    // What only this request knows is in no store, and a flood of sign-outs by nobody must not fill it with marks.
    if (tokens === undefined && !carriesSessionCookie(request)) return;
    const ended = [request.sessionID, ...(tokens === undefined ? [] : [tokens, tokenRecordKey(tokens)])];
    await this.tombstones.ending(request.sessionStore, ended, async () => {
      if (record) await this.endOthers(request, record);
      await completed((done) => session.destroy(done));
    });
    // Requests and sockets of this process that hold the session go by it no longer.
    if (record) this.refreshed.remember(record.tokens, endedRecord(record));
    clearSessionCookie(request, session);
  }

  /** Ends what else a sign-in is stored in: an app may have given its session another id. */
  private async endOthers({ sessionStore, sessionID }: Request, record: SessionRecord): Promise<void> {
    const sessions = await this.index.sessionsOf(sessionStore, record);
    for (const session of sessions.filter((id) => id !== sessionID)) {
      await this.tombstones.mark(sessionStore, [session]);
      await deleteEntry(sessionStore, session);
    }
  }

  /** Whether this app's tenant and application have said it: several apps may share a store and a secret. */
  private isOwn({ claims: { iss, aud } }: SessionRecord): boolean {
    const appId = this.options.client?.appId;
    const isForApp = typeof aud === 'string' ? aud === appId : appId !== undefined && aud.includes(appId);
    return isForApp && iss === this.options.issuer;
  }

  /** Ends a sign-in that has lasted long enough, and forgets its tokens. */
  private expire(store: Store, record: SessionRecord): EndedRecord {
    const ended = endedRecord(record);
    this.refreshed.remember(record.tokens, ended);
    const forget = async (): Promise<void> => {
      const key = tokenRecordKey(record.tokens);
      await this.tombstones.mark(store, [record.tokens, key]);
      await deleteEntry(store, key);
    };
    // The sign-in counts as ended whether or not the store can be told; its tokens expire there in any case.
    forget().catch(() => undefined);
    return ended;
  }

  /** An app's own store is only seen at its first request, and an app may have several. */
  private sight(store: Store, request: Request): void {
    this.guardedStore = store;
    this.cookiePath = request.session.cookie.path ?? undefined;
    const isNew = this.guard.install(store);
    if (!isNew) return;
    this.watchConnection(store);
    for (const remark of sessionRemarks(this.options, request)) this.logger.warn(remark);
  }

  private watchConnection(store: Store): void {
    store.on('disconnect', () => this.disconnected.add(store));
    store.on('connect', () => this.disconnected.delete(store));
  }
}

function ownData(session: ExpressSession): Record<string, unknown> {
  const { cookie: _cookie, logto: _logto, ...own } = session as unknown as Record<string, unknown>;
  return own;
}
