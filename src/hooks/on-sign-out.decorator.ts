import type { Request } from 'express';
import type { LogtoSignOutReason } from '../events/logto-sign-out-reason.js';
import { hookDecorator, type HookDecorator } from './hook-metadata.js';

/* An interface and a const of the same name: decorator metadata needs a value. */

/** A sign-in has ended. */
export interface LogtoSignOutEvent {
  /** The user's id at Logto. */
  sub: string;
  /** The id of the session at Logto, if the ID token had one. */
  sid: string | undefined;
  reason: LogtoSignOutReason;
  /** The request during which it ended, if it was one of the user. */
  request?: Request;
}
export const LogtoSignOutEvent = Object;

/**
 * Runs a method of a provider or controller after a sign-in has ended. It cannot prevent that: what it throws is logged.
 * It runs once for each sign-in in a process, and best effort once in all: two instances that notice the end at the same
 * moment both run it. The end of a `lifetime` is noticed at the next request with that session, which does not wait for the
 * method; if there is no such request, the method does not run. A sign-in that is replaced by another one in the same
 * browser does not count as a sign-out, nor does a session that your own code destroys.
 */
export function OnSignOut(): HookDecorator<LogtoSignOutEvent> {
  return hookDecorator('signOut');
}
