import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import type { LogtoSignOutReason } from '../events/logto-sign-out-reason.js';
import { Hooks } from '../hooks/hooks.js';
import { RefreshedRecords } from '../store/refreshed-records.js';
import { endedRecord, type SessionRecord } from '../store/session-record.js';
import { type IndexedSignIn, SignInIndex } from '../store/sign-in-index.js';
import { deleteEntry, fromCallback } from '../store/store-access.js';
import { indexedRecord } from '../store/stored-sign-in.js';
import { tokenRecordKey } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { Tombstones } from '../store/tombstones.js';
import { carriesSessionCookie, clearSessionCookie } from './session-cookie.js';
import { Sessions } from './sessions.js';

/** A sign-in that has ended, for the hooks. */
export interface EndedSignIn {
  readonly tokenRecordId: string;
  readonly sub: string;
  readonly sid: string | undefined;
}

/** Ends sessions: when a user signs out, and when Logto or the app ends them. */
@Injectable()
export class SessionEnd {
  constructor(
    private readonly sessions: Sessions,
    private readonly tombstones: Tombstones,
    private readonly index: SignInIndex,
    private readonly refreshed: RefreshedRecords,
    private readonly records: TokenRecords,
    private readonly hooks: Hooks,
  ) {}

  /**
   * Ends the request's session on every instance.
   * @throws LogtoException as {@link Sessions.require}
   */
  async end(request: Request): Promise<void> {
    const session = this.sessions.require(request);
    const record = this.sessions.record(request);
    // Without a cookie the session was never stored, and anonymous sign-outs must not fill the store with tombstones.
    if (!record && !carriesSessionCookie(request)) return;
    const ended = [request.sessionID];
    if (record) ended.push(record.tokenRecordId, tokenRecordKey(record.tokenRecordId));
    await this.tombstones.markWhile(request.sessionStore, ended, async () => {
      if (record) await this.endCopies(request, record);
      await fromCallback((done) => session.destroy(done));
    });
    // For the requests and sockets of this process that still hold the session.
    if (record) this.refreshed.remember(record.tokenRecordId, endedRecord(record));
    clearSessionCookie(request, session);
    this.sessions.disregard(request);
    this.sessions.markEnded(request);
  }

  /**
   * Ends sessions by their entries in the index. The tokens are deleted, but not revoked: other sessions of the same
   * browser may share their grant at Logto.
   * @param sub the user, so that no other user inherits a session's data
   * @returns the sign-ins for {@link runHooks}, without those that had ended before
   * @throws LogtoException `session_store_unavailable`
   */
  async endIndexed(store: Store, signIns: readonly IndexedSignIn[], sub = ''): Promise<EndedSignIn[]> {
    const ended = this.hooks.has('signOut') ? await signedIn(store, signIns) : [];
    for (const { session, tokenRecordId } of signIns) {
      this.refreshed.remember(tokenRecordId, { ended: true, sub, completed: [] });
      await this.tombstones.mark(store, [session, tokenRecordId, tokenRecordKey(tokenRecordId)]);
      await deleteEntry(store, session);
      await this.records.delete(store, tokenRecordId);
    }
    return ended;
  }

  /** Runs the hooks for sign-ins that {@link endIndexed} has ended. A caller releases its mutex first: hooks may take long. */
  async runHooks(ended: readonly EndedSignIn[], reason: LogtoSignOutReason): Promise<void> {
    await Promise.all(
      ended.map(({ tokenRecordId, sub, sid }) => this.hooks.signOut(tokenRecordId, { sub, sid, reason })),
    );
  }

  /** Ends the other sessions that hold the sign-in: an app may have given its session another ID. */
  private async endCopies({ sessionStore, sessionID }: Request, record: SessionRecord): Promise<void> {
    const sessionIds = await this.index.sessionIdsOf(sessionStore, record);
    for (const id of sessionIds.filter((other) => other !== sessionID)) {
      await this.tombstones.mark(sessionStore, [id]);
      await deleteEntry(sessionStore, id);
    }
  }
}

/** The sign-ins that have not ended yet. */
async function signedIn(store: Store, signIns: readonly IndexedSignIn[]): Promise<EndedSignIn[]> {
  const records = await Promise.all(signIns.map((signIn) => indexedRecord(store, signIn)));
  return records
    .filter((record) => record !== undefined)
    .map(({ tokenRecordId, claims, sid }) => ({ tokenRecordId, sub: claims.sub, sid }));
}
