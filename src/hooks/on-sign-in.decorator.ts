import type { Request } from 'express';
import type { IdTokenClaims, UserInfoResponse } from '../oidc/claims.js';
import { hookDecorator, type HookDecorator } from './hook-metadata.js';

/* An interface and a const of the same name: decorator metadata needs a value. */

/** A user is about to be signed in. */
export interface LogtoSignInEvent {
  /** The verified claims of the ID token. */
  claims: IdTokenClaims;
  /** The response of the userinfo endpoint; only with the option `fetchUserInfo`. */
  userInfo?: UserInfoResponse;
  /**
   * Whether this is the user's first sign-in to this app, as far as the session store knows. Best effort: the entry expires
   * after 1.2 times the session lifetime, and an in-memory store is empty after a restart. Create the user with an upsert.
   */
  isFirstSeen: boolean;
  /** The request of the callback. It has no session of this user yet. */
  request: Request;
}
export const LogtoSignInEvent = Object;

/**
 * Runs a method of a provider or controller at each sign-in: after the tokens are verified and before the session exists.
 * It runs once, even if the callback arrives twice; on several instances, with the option `lock`. The sign-in waits for it.
 *
 * If the method throws, the sign-in is refused: no session starts and no token is stored. The error page has the status and
 * the message of an `HttpException`, with the code `sign_in_refused` below 500. Anything else becomes `hook_failed`, 500. A
 * method that takes longer than `hookTimeout` is `hook_timeout`, 503.
 *
 * ```ts
 * @OnSignIn()
 * async provision({ claims }: LogtoSignInEvent) {}
 * ```
 */
export function OnSignIn(): HookDecorator<LogtoSignInEvent> {
  return hookDecorator('signIn');
}
