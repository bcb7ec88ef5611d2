import { accessErrorCodes } from './error-codes/access-error-codes.js';
import { hookErrorCodes } from './error-codes/hook-error-codes.js';
import { oauthErrorCodes } from './error-codes/oauth-error-codes.js';
import { providerErrorCodes } from './error-codes/provider-error-codes.js';
import { sessionErrorCodes } from './error-codes/session-error-codes.js';
import { setupErrorCodes } from './error-codes/setup-error-codes.js';
import { signInErrorCodes } from './error-codes/sign-in-error-codes.js';
import { webhookErrorCodes } from './error-codes/webhook-error-codes.js';

/* The comment of a code says what happened, with which HTTP status, and what to do. `npm run docs` generates the
 * reference from these comments: a new code needs one, and nothing else. */

/** All codes, for documentation and tests. */
export const logtoErrorCodes = [
  ...setupErrorCodes,
  ...sessionErrorCodes,
  ...signInErrorCodes,
  ...accessErrorCodes,
  ...providerErrorCodes,
  ...hookErrorCodes,
  ...webhookErrorCodes,
  ...oauthErrorCodes,
] as const;

/** Logto's own code for an error of the Management API, for example `user.username_already_in_use`. */
export type ManagementErrorCode = `${string}.${string}`;

/**
 * The `code` of a `LogtoException`. Codes are stable, unlike messages. Errors of Logto keep their OAuth code
 * (`access_denied`, `invalid_target`, …), see RFC 6749 sections 4.1.2.1 and 5.2, and those of the Management API theirs.
 */
export type LogtoErrorCode = (typeof logtoErrorCodes)[number] | ManagementErrorCode;

/** Error codes of OAuth 2.0 and OpenID Connect, from Logto or from a guard, and `authorization_refused` for any other code. */
export type OAuthErrorCode = (typeof oauthErrorCodes)[number];
