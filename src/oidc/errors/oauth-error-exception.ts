import { oauthErrorCodes } from '../../error-codes/oauth-error-codes.js';
import type { LogtoErrorCode, OAuthErrorCode } from '../../logto.error-codes.js';
import { LogtoException } from '../../logto.exceptions.js';
import { insufficientAuthentication } from './insufficient-authentication.js';
import { redactError } from './redact-error.js';
import type { ProviderCall } from '../calls/provider-call.js';
import type { OAuthErrorText } from './oauth-error-text.js';
import { oauthErrorTexts } from './oauth-error-texts.js';

const knownCodes: ReadonlySet<string> = new Set(oauthErrorCodes);

/** Logto could not meet `acr_values` (OpenID Connect Core Error Code unmet_authentication_requirements). */
const unmetRequirements = 'unmet_authentication_requirements';

/** OAuth errors that are temporary. */
const busyCodes: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

/** OAuth errors that mean that the request is wrong. */
const requestErrors: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

/** Calls of a sign-in, whose parameters may come from the visitor. */
const signInCalls: ReadonlySet<ProviderCall> = new Set<ProviderCall>(['authorization', 'code exchange']);

/** Calls that the app makes for itself. A visitor who signs in again does not change the outcome. */
const applicationCalls: ReadonlySet<ProviderCall> = new Set<ProviderCall>([
  'introspection',
  'client credentials',
  'token exchange',
]);

/**
 * The exception for a request to which Logto responded with an OAuth error.
 * @param error the OAuth error code
 */
export function oauthErrorException(
  error: string,
  call: ProviderCall,
  cause: Error,
  providerStatus?: number,
): LogtoException {
  if (error === unmetRequirements) {
    const reason = 'The user could not sign in as `acr_values` requires.';
    return insufficientAuthentication(reason, redactError(cause));
  }
  const code: LogtoErrorCode = isKnown(error) ? error : 'authorization_refused';
  if (busyCodes.has(code) || providerStatus === 429) return busy(code, call, cause);
  // Only the operator can fix this, so users must stay signed in.
  const isApplicationRejected =
    call !== 'authorization' && (code === 'invalid_client' || code === 'unauthorized_client');
  const text = textOf(error, call);
  return new LogtoException(code, text.message, {
    status: isApplicationRejected ? 503 : statusOf(code, call),
    transient: isApplicationRejected,
    needsOperator: text.publicMessage === undefined,
    publicMessage: text.publicMessage,
    cause: redactError(cause),
  });
}

function busy(code: LogtoErrorCode, call: ProviderCall, cause: Error): LogtoException {
  const message = `Logto could not handle the ${nameOf(call)}: it is busy or failing. Try again shortly.`;
  return new LogtoException(code, message, { status: 503, transient: true, cause: redactError(cause) });
}

function textOf(error: string, call: ProviderCall): OAuthErrorText {
  if (isKnown(error)) {
    return (
      oauthErrorTexts[call]?.[error] ?? {
        message: `Logto rejected the ${nameOf(call)}: ${error}. See the cause for Logto's message.`,
        publicMessage: 'The request was rejected.',
      }
    );
  }
  // The visitor can change it in the address bar.
  const name = error.replace(/[^\w.:-]+/g, '').slice(0, 64);
  return {
    message: `Logto rejected the ${nameOf(call)} with "${name}". See the cause for Logto's message.`,
    publicMessage: signInCalls.has(call)
      ? 'You could not be signed in. Start again.'
      : 'The request was rejected.',
  };
}

function nameOf(call: ProviderCall): string {
  return call === 'authorization' ? 'sign-in' : call;
}

function statusOf(code: LogtoErrorCode, call: ProviderCall): number {
  if (code === 'access_denied' || code === 'insufficient_scope') return 403;
  if (applicationCalls.has(call)) return 500;
  return requestErrors.has(code) && !signInCalls.has(call) ? 500 : 401;
}

function isKnown(error: string): error is OAuthErrorCode {
  // This library's own code for unknown errors is not an error of OAuth.
  return error !== 'authorization_refused' && knownCodes.has(error);
}
