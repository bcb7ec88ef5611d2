import type { Request } from 'express';
import type { LogtoSignOutReason } from '../events/logto-sign-out-reason.js';

/** Selects the sessions of a user, those of a session at Logto, or a single one. */
export type LogtoSessionSubject =
  | { sub: string; sid?: undefined; id?: undefined }
  | { sid: string; sub?: undefined; id?: undefined }
  | {
      /** The `id` of a session that `LogtoSessions.find` returned. */
      id: string;
      /** The user that the session must belong to. */
      sub?: string;
      sid?: undefined;
    };

/** A session of a user in this app. */
export interface LogtoSession {
  /** Identifies the session. It is opaque, and not the value of a cookie. */
  readonly id: string;
  /** The user. */
  readonly sub: string;
  /** The session at Logto. */
  readonly sid?: string;
  readonly signedInAt: Date;
  /** When the user was last active, to the minute; only with `lifetime.idle`. */
  readonly lastSeenAt?: Date;
  /** Whether it is the session of the request that was passed. */
  readonly current: boolean;
}

/** Options of `LogtoSessions.end`. */
export interface LogtoSessionEndOptions {
  /** A request whose session stays. */
  except?: Request | undefined;
  /** Any request of the app, for an app that mounts its own session. Default: `except`. */
  request?: Request | undefined;
  /** The reason that `@OnSignOut()` hooks get. Default: `'revoked'`. */
  reason?: LogtoSignOutReason;
}
