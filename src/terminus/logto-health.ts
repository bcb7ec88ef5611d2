import type { LogtoErrorCode } from '../logto.error-codes.js';
import type { RecordedCall } from '../oidc/calls/provider-call-log.js';

/** A call to Logto, as a health check reports it. */
export interface LogtoHealthCall {
  /** The kind of call, for example `refresh` or `discovery`. */
  call: string;
  /** When it ended (ISO 8601). */
  at: string;
  /** The error code, if it failed. */
  code?: LogtoErrorCode;
}

/** What {@link LogtoHealthIndicator} reports besides its status. It has no secrets, tokens or data of users. */
export interface LogtoHealth {
  /** Why the status is `down`. */
  message?: string;
  /** Whether Logto responded to the last call. `unknown` before the first one. */
  provider: 'up' | 'failing' | 'unknown';
  /** The last request for the discovery document. It is sent at first use, and again after a day. */
  lastDiscovery?: LogtoHealthCall;
  /** The last call that Logto responded to. */
  lastSuccess?: LogtoHealthCall;
  /** The last call that failed: Logto was unavailable, or rejected the application. */
  lastFailure?: LogtoHealthCall;
  /**
   * Whether the session store responds. In an app that mounts its own session, it is `unknown` until the first
   * request with a session. Missing in an app that only accepts bearer tokens.
   */
  sessionStore?: 'up' | 'down' | 'unknown';
}

/** Converts a recorded call into its form in the health check. */
export function toHealthCall({ call, at, code }: RecordedCall): LogtoHealthCall {
  return { call, at: new Date(at).toISOString(), ...(code !== undefined && { code }) };
}
