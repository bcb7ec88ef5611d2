import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { PatchedStores } from '../store/patched-stores.js';
import { isSignedIn, subjectOf, type SessionRecord } from '../store/session-record.js';
import { SignInEndEvents } from '../store/sign-in-end-events.js';
import { fromCallback, readEntry } from '../store/store-access.js';
import { tokenRecordKey } from '../store/token-record.js';
import { Tombstones } from '../store/tombstones.js';
import { assertCookieIsSent } from './session-cookie.js';
import { Sessions } from './sessions.js';

/** Starts the session of a user who has just signed in. */
@Injectable()
export class SessionStart {
  constructor(
    private readonly sessions: Sessions,
    private readonly stores: PatchedStores,
    private readonly tombstones: Tombstones,
    private readonly endEvents: SignInEndEvents,
  ) {}

  /**
   * Regenerates the session, to prevent session fixation, and puts the sign-in into it. Keeps the app's own
   * data if the session was anonymous or the same user's. Resolves once the session is saved: a redirect must not overtake a
   * slow store.
   * @param prepare called with the new session's ID before the sign-in is saved; returns the record to save
   */
  async start(
    request: Request,
    record: SessionRecord,
    prepare: (sessionId: string) => Promise<SessionRecord>,
  ): Promise<void> {
    const session = this.sessions.require(request);
    const previous = this.sessions.lastRecord(request);
    const isSameUser = previous === undefined || subjectOf(previous) === record.claims.sub;
    const appData = isSameUser ? appDataOf(session) : {};
    assertCookieIsSent(request, session);
    const ended = [
      request.sessionID,
      // Only the record: a request that waits for the old sign-in's tokens still gets them, but they are not stored.
      ...(isSignedIn(previous) ? [tokenRecordKey(previous.tokenRecordId)] : []),
    ];
    this.stores.supersede(request.sessionID);
    await this.tombstones.markWhile(request.sessionStore, ended, () =>
      fromCallback((done) => session.regenerate(done)),
    );
    const logto = await prepare(request.sessionID);
    Object.assign(request.session, appData, { logto });
    await fromCallback((done) => request.session.save(done));
    if (isSignedIn(previous)) this.endEvents.emit(previous.tokenRecordId);
  }

  /**
   * Gives the request the session that a parallel request has started.
   * @returns `false` if that session has ended
   */
  async switchTo(request: Request, sessionId: string): Promise<boolean> {
    const data = await readEntry(request.sessionStore, sessionId);
    if (!data) return false;
    request.sessionID = sessionId;
    request.sessionStore.createSession(request, data);
    return true;
  }
}

function appDataOf(session: Request['session']): Record<string, unknown> {
  const { cookie: _cookie, logto: _logto, ...appData } = session as unknown as Record<string, unknown>;
  return appData;
}
