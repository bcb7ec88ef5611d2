import type { IdTokenClaims } from '../oidc/claims.js';
import { hookDecorator, type HookDecorator } from './hook-metadata.js';

/* An interface and a const of the same name: decorator metadata needs a value. */

/** Tokens of a sign-in were refreshed. */
export interface LogtoTokenRefreshEvent {
  /** The user's ID at Logto. */
  sub: string;
  /** What the new access token is for; empty for the userinfo endpoint. */
  target: { resource?: string | undefined; organizationId?: string | undefined };
  /** The user's claims, refreshed if the response had an ID token. */
  claims: IdTokenClaims;
}
export const LogtoTokenRefreshEvent = Object;

/**
 * Runs a method of a provider or controller after new tokens are stored. The request waits for it, but what it throws is
 * only logged.
 */
export function OnTokenRefresh(): HookDecorator<LogtoTokenRefreshEvent> {
  return hookDecorator('tokenRefresh');
}
