import type { LogtoSignOutReason } from './logto-sign-out-reason.js';

/** A session has started. */
export interface LogtoSessionStartedMessage {
  /** The user's ID at Logto. */
  sub: string;
  /** The ID of the session at Logto, if the ID token had one. */
  sid: string | undefined;
}

/** A session has ended. */
export interface LogtoSessionEndedMessage {
  /** The user's ID at Logto. */
  sub: string;
  /** The ID of the session at Logto, if the ID token had one. */
  sid: string | undefined;
  /** Why it has ended: `user`, `back_channel`, `idle`, `absolute`, `revoked`, `webhook` or `provider`. */
  reason: LogtoSignOutReason;
}

/** A guard has denied a request. */
export interface LogtoAccessDeniedMessage {
  /** The `code` of the exception. */
  code: string;
  /** The status of the response: 302 and 303 lead to the sign-in, and 503 means that the guard could not decide. */
  status: number;
  /** The method that was not called: `OrdersController.removeAll`. */
  handler: string;
  /** How the user was authenticated. Absent for an anonymous request. */
  credential?: 'session' | 'bearer' | undefined;
  /** The user's ID at Logto. Absent for an anonymous request and an invalid token. */
  sub?: string | undefined;
}

/** A token was looked up in a cache. */
export interface LogtoTokenCacheMessage {
  /**
   * Which cache: `access-token` for the access tokens of users, `machine-token` for those of the app itself, `bearer-token`
   * for bearer tokens that were verified before.
   */
  cache: 'access-token' | 'machine-token' | 'bearer-token';
  /** Whether the cache had a usable token. */
  isHit: boolean;
}

/** The channels for single messages. */
export interface LogtoMessages {
  /** A session has started: once for each sign-in, on the instance that has exchanged the code. */
  'nestjs-logto:session-started': LogtoSessionStartedMessage;
  /**
   * A session has ended, as for `@OnSignOut()`: on the instance that has ended it. A session that is replaced by a new
   * sign-in, or that is not used until its cookie expires, sends no message.
   */
  'nestjs-logto:session-ended': LogtoSessionEndedMessage;
  /** A guard has denied a request. */
  'nestjs-logto:access-denied': LogtoAccessDeniedMessage;
  /** A token was looked up in a cache. */
  'nestjs-logto:token-cache': LogtoTokenCacheMessage;
}
