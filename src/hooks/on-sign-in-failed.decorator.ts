import type { Request } from 'express';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import type { LogtoException } from '../logto.exceptions.js';
import { hookDecorator, type HookDecorator } from './hook-metadata.js';

/* An interface and a const of the same name: decorator metadata needs a value. */

/** A sign-in callback has failed. */
export interface LogtoSignInFailedEvent {
  code: LogtoErrorCode;
  error: LogtoException;
  /** The request of the callback. Its URL may contain a code: do not log it. */
  request: Request;
}
export const LogtoSignInFailedEvent = Object;

/**
 * Runs a method of a provider or controller when a sign-in callback fails, before the error page is sent. The request waits
 * for it, but what it throws is only logged. Anybody can request the callback's URL, so not every event is a sign-in that
 * a user has started.
 */
export function OnSignInFailed(): HookDecorator<LogtoSignInFailedEvent> {
  return hookDecorator('signInFailed');
}
