import { Injectable } from '@nestjs/common';
import type { Cookie } from 'express-session';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SessionRecord } from '../store/session-record.js';

/** Maximum time between two writes that record activity, in milliseconds. */
const maxActivityInterval = 60_000;

/** The absolute and idle timeout of a sign-in. The server enforces them, because a client may keep an expired cookie. */
@Injectable()
export class SessionLifetime {
  private readonly absolute: number;
  private readonly idle: number;
  private readonly isRolling: boolean;
  /** Whether the options set a timeout. */
  readonly isLimited: boolean;

  constructor(options: ResolvedLogtoOptions) {
    const { absolute, idle } = options.lifetime;
    this.absolute = absolute === undefined ? Number.POSITIVE_INFINITY : absolute * 1000;
    this.idle = idle === undefined ? Number.POSITIVE_INFINITY : idle * 1000;
    this.isRolling = options.session?.rolling ?? false;
    this.isLimited = absolute !== undefined || idle !== undefined;
  }

  isExpired(record: SessionRecord): boolean {
    return this.exceeded(record) !== undefined;
  }

  /** Which timeout of a sign-in has expired. */
  exceeded({ signedInAt, seenAt }: SessionRecord): 'absolute' | 'idle' | undefined {
    const now = Date.now();
    if (now - signedInAt > this.absolute) return 'absolute';
    return now - (seenAt ?? signedInAt) > this.idle ? 'idle' : undefined;
  }

  /** Time until a sign-in expires if the user is not active, in milliseconds. */
  remaining({ signedInAt, seenAt }: SessionRecord): number {
    const expiresAt = Math.min(signedInAt + this.absolute, (seenAt ?? signedInAt) + this.idle);
    return Math.max(0, expiresAt - Date.now() + 1);
  }

  /** When the session of a sign-in ends if the user is not active. `undefined` if it ends with the browser. */
  expiresAt(record: SessionRecord, cookie: Cookie): Date | undefined {
    const { signedInAt, seenAt } = record;
    const expiresAt = Math.min(
      signedInAt + this.absolute,
      (seenAt ?? signedInAt) + this.idle,
      this.cookieExpiresAt(record, cookie),
    );
    return expiresAt === Number.POSITIVE_INFINITY ? undefined : new Date(expiresAt);
  }

  /** When the cookie expires. The browser got it at the sign-in. A touch keeps the session in the store for longer. */
  private cookieExpiresAt({ signedInAt }: SessionRecord, { expires, originalMaxAge }: Cookie): number {
    if (!expires || originalMaxAge === null) return Number.POSITIVE_INFINITY;
    const stored = new Date(expires).getTime();
    const sinceSignIn = signedInAt + originalMaxAge;
    // The browser has got a newer cookie from an app that changes the session.
    const isReplaced = sinceSignIn <= Date.now();
    return this.isRolling || isReplaced ? stored : Math.min(stored, sinceSignIn);
  }

  /** Whether it is time to record activity: at most once a minute, because it is a write to the store. */
  isActivityDue({ signedInAt, seenAt }: SessionRecord): boolean {
    if (this.idle === Number.POSITIVE_INFINITY) return false;
    return Date.now() - (seenAt ?? signedInAt) > Math.min(maxActivityInterval, this.idle / 10);
  }
}
