import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Revalidation } from '../../tokens/revalidation.js';
import { SessionLifetime } from '../../session/session-lifetime.js';
import { isNewer, isSignedIn, type SessionRecord } from '../../store/session-record.js';
import { Sessions } from '../../session/sessions.js';
import { RefreshedRecords } from '../../store/refreshed-records.js';
import { SignInEndEvents } from '../../store/sign-in-end-events.js';

/** Maximum time between two reads of the store, in milliseconds. A sign-in that another instance ends is noticed then. */
const maxPause = 10_000;

/** Watches whether a sign-in ends while a response or a socket is open. */
@Injectable()
export class SignInWatch {
  constructor(
    private readonly lifetime: SessionLifetime,
    private readonly sessions: Sessions,
    private readonly revalidation: Revalidation,
    private readonly refreshed: RefreshedRecords,
    private readonly ends: SignInEndEvents,
  ) {}

  /**
   * Resolves when a request's sign-in has ended: at once if it ends in this process, else within ten seconds.
   * @param watching aborts the watch, which then rejects
   */
  async untilEnded(request: Request, record: SessionRecord, watching: AbortSignal): Promise<void> {
    const endedHere = new Promise<void>((resolve) => {
      const forget = this.ends.once(record.tokenRecordId, resolve);
      watching.addEventListener('abort', forget, { once: true });
    });
    await Promise.race([endedHere, this.pollUntilEnded(request, record, watching)]);
  }

  private async pollUntilEnded(
    request: Request,
    record: SessionRecord,
    watching: AbortSignal,
  ): Promise<void> {
    const pauseFor = (known: SessionRecord): number => Math.min(maxPause, this.lifetime.remaining(known));
    let known: SessionRecord | undefined = record;
    let pause = pauseFor(record);
    while (known) {
      await delay(pause, undefined, { signal: watching, ref: false });
      try {
        known = await this.newestRecord(request, known);
        if (known) pause = pauseFor(known);
      } catch {
        // A store that is down does not end a sign-in.
        pause = maxPause;
      }
    }
  }

  /** The newest record of a sign-in; `undefined` if it has ended. */
  private async newestRecord(request: Request, known: SessionRecord): Promise<SessionRecord | undefined> {
    const stored = await this.sessions.storedRecord(request, known);
    const refreshed = this.refreshed.newest(known);
    if (!stored || !isSignedIn(refreshed)) return undefined;
    const newest = isNewer(stored, refreshed) ? stored : refreshed;
    if (this.lifetime.isExpired(newest)) return undefined;
    if (!this.revalidation.isDue(newest)) return newest;
    // If no other request comes, nothing else notices that the user was suspended.
    await this.revalidation.run(request, newest);
    const revalidated = this.refreshed.newest(newest);
    return isSignedIn(revalidated) ? revalidated : undefined;
  }
}
