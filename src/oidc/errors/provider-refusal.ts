import { oauthErrorCodes, type LogtoErrorCode, type OAuthErrorCode } from '../../logto.error-codes.js';
import { LogtoException } from '../../logto.exceptions.js';
import { harmless } from './harmless-error.js';
import type { ProviderCall } from './provider-call.js';
import type { RefusalText } from './refusal-text.js';
import { refusalTexts } from './refusal-texts.js';

const knownCodes: ReadonlySet<string> = new Set(oauthErrorCodes);

/** OAuth errors that say "not now" rather than "no". */
const busyCodes: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

/** OAuth errors that say that the request makes no sense, rather than that it is denied. */
const mistakes: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

/** Calls of the sign-in: only it takes what it asks for from its visitor. */
const signIn: ReadonlySet<ProviderCall> = new Set<ProviderCall>(['authorization', 'code exchange']);

/** Calls that this app makes in its own name: no sign-in of a visitor's makes them work. */
const ownCalls: ReadonlySet<ProviderCall> = new Set<ProviderCall>([
  'introspection',
  'client credentials',
  'token exchange',
]);

/**
 * What Logto refused, as an exception.
 * @param error Logto's own name of the refusal
 */
export function refusal(
  error: string,
  call: ProviderCall,
  cause: Error,
  providerStatus?: number,
): LogtoException {
  const code: LogtoErrorCode = isKnown(error) ? error : 'authorization_refused';
  if (busyCodes.has(code) || providerStatus === 429) return busy(code, call, cause);
  // An operator's mistake, which is fixed without the user: it must not sign anybody out.
  const isApplications =
    call !== 'authorization' && (code === 'invalid_client' || code === 'unauthorized_client');
  const text = textOf(error, call);
  return new LogtoException(code, text.message, {
    status: isApplications ? 503 : statusOf(code, call),
    transient: isApplications,
    needsOperator: text.publicMessage === undefined,
    ...(text.publicMessage !== undefined && { publicMessage: text.publicMessage }),
    cause: harmless(cause),
  });
}

function busy(code: LogtoErrorCode, call: ProviderCall, cause: Error): LogtoException {
  const message = `Logto could not handle the ${nameOf(call)}: it is busy or failing. Try again shortly.`;
  return new LogtoException(code, message, { status: 503, transient: true, cause: harmless(cause) });
}

function textOf(error: string, call: ProviderCall): RefusalText {
  if (isKnown(error)) {
    return (
      refusalTexts[call]?.[error] ?? {
        message: `Logto refused the ${nameOf(call)}: ${error}. The cause has what Logto says.`,
        publicMessage: 'This was refused.',
      }
    );
  }
  // It may come from the address bar.
  const name = error.replace(/[^\w.:-]+/g, '').slice(0, 64);
  return {
    message: `Logto refused the ${nameOf(call)} with "${name}". The cause has what Logto says.`,
    publicMessage: signIn.has(call) ? 'You could not be signed in. Start again.' : 'This was refused.',
  };
}

function nameOf(call: ProviderCall): string {
  return call === 'authorization' ? 'sign-in' : call;
}

function statusOf(code: LogtoErrorCode, call: ProviderCall): number {
  if (code === 'access_denied' || code === 'insufficient_scope') return 403;
  if (ownCalls.has(call)) return 500;
  return mistakes.has(code) && !signIn.has(call) ? 500 : 401;
}

function isKnown(error: string): error is OAuthErrorCode {
  // That is this library's own code, for the names that it does not know.
  return error !== 'authorization_refused' && knownCodes.has(error);
}
