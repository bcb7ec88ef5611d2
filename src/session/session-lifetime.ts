import { Injectable } from '@nestjs/common';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SessionRecord } from '../store/session-record.js';

/** Longest time between two notes that a session is in use, in milliseconds. */
const longestNoteInterval = 60_000;

/** How long a sign-in lasts beside its session's cookie, which only binds honest browsers. */
@Injectable()
export class SessionLifetime {
  private readonly absolute: number;
  private readonly idle: number;
  /** Whether there is anything to look at. */
  readonly isLimited: boolean;

  constructor(options: ResolvedLogtoOptions) {
    const { absolute, idle } = options.lifetime;
    this.absolute = absolute === undefined ? Number.POSITIVE_INFINITY : absolute * 1000;
    this.idle = idle === undefined ? Number.POSITIVE_INFINITY : idle * 1000;
    this.isLimited = absolute !== undefined || idle !== undefined;
  }

  /** Whether a sign-in has lasted long enough. */
  isOver({ signedInAt, seenAt }: SessionRecord): boolean {
    const now = Date.now();
    return now - signedInAt > this.absolute || now - (seenAt ?? signedInAt) > this.idle;
  }

  /** How long a sign-in can go on from now, in milliseconds, if nobody uses it. */
  remaining({ signedInAt, seenAt }: SessionRecord): number {
    return Math.max(
      0,
      Math.min(signedInAt + this.absolute, (seenAt ?? signedInAt) + this.idle) - Date.now() + 1,
    );
  }

  /** Whether it is time to note that the session is in use: at most once a minute, for each note is a write. */
  isNoteDue({ signedInAt, seenAt }: SessionRecord): boolean {
    if (this.idle === Number.POSITIVE_INFINITY) return false;
    return Date.now() - (seenAt ?? signedInAt) > Math.min(longestNoteInterval, this.idle / 10);
  }
}
