import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { RefreshedRecords } from '../store/refreshed-records.js';
import { endedRecord, type SessionRecord } from '../store/session-record.js';
import { SignInIndex } from '../store/sign-in-index.js';
import { deleteEntry, fromCallback } from '../store/store-access.js';
import { tokenRecordKey } from '../store/token-record.js';
import { Tombstones } from '../store/tombstones.js';
import { carriesSessionCookie, clearSessionCookie } from './session-cookie.js';
import { Sessions } from './sessions.js';

/** Ends the session of a user who signs out. */
@Injectable()
export class SessionEnd {
  constructor(
    private readonly sessions: Sessions,
    private readonly tombstones: Tombstones,
    private readonly index: SignInIndex,
    private readonly refreshed: RefreshedRecords,
  ) {}

  /**
   * Ends the request's session on every instance.
   * @throws LogtoException as {@link Sessions.require}
   */
  async end(request: Request): Promise<void> {
    const session = this.sessions.require(request);
    const record = this.sessions.record(request);
    const tokens = record?.tokens;
    // Without a cookie the session was never stored, and anonymous sign-outs must not fill the store with tombstones.
    if (tokens === undefined && !carriesSessionCookie(request)) return;
    const ended = [request.sessionID, ...(tokens === undefined ? [] : [tokens, tokenRecordKey(tokens)])];
    await this.tombstones.markWhile(request.sessionStore, ended, async () => {
      if (record) await this.endCopies(request, record);
      await fromCallback((done) => session.destroy(done));
    });
    // For the requests and sockets of this process that still hold the session.
    if (record) this.refreshed.remember(record.tokens, endedRecord(record));
    clearSessionCookie(request, session);
    this.sessions.disregard(request);
  }

  /** Ends the other sessions that hold the sign-in: an app may have given its session another id. */
  private async endCopies({ sessionStore, sessionID }: Request, record: SessionRecord): Promise<void> {
    const sessionIds = await this.index.sessionIdsOf(sessionStore, record);
    for (const id of sessionIds.filter((other) => other !== sessionID)) {
      await this.tombstones.mark(sessionStore, [id]);
      await deleteEntry(sessionStore, id);
    }
  }
}
