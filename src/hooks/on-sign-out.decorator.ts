import type { Request } from 'express';
import type { LogtoSignOutReason } from '../events/logto-sign-out-reason.js';
import { hookDecorator, type HookDecorator } from './hook-metadata.js';

/* An interface and a const of the same name: decorator metadata needs a value. */

/** A user has been signed out. */
export interface LogtoSignOutEvent {
  /** The user's ID at Logto. */
  sub: string;
  /** The ID of the session at Logto, if the ID token had one. */
  sid: string | undefined;
  reason: LogtoSignOutReason;
  /** The request during which it ended, if it was one of the user. */
  request?: Request;
}
export const LogtoSignOutEvent = Object;

/**
 * Runs a method of a provider or controller after a user has been signed out. It cannot prevent that: what it throws is
 * logged. It runs at most once per sign-in and process. If two instances notice the end at the same time, both may run it.
 * An expired `lifetime` is noticed at the next request with that session, which does not wait for the method; without such
 * a request, the method does not run. A sign-in that is replaced by another one in the same browser does not count as a
 * sign-out, nor does a session that your own code destroys.
 */
export function OnSignOut(): HookDecorator<LogtoSignOutEvent> {
  return hookDecorator('signOut');
}
