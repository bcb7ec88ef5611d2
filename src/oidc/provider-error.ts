import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { oauthErrorCodes, type LogtoErrorCode, type OAuthErrorCode } from '../logto.error-codes.js';
import { LogtoException } from '../logto.exceptions.js';
import { connectionFailure } from './connection-failure.js';
import { harmless } from './harmless-error.js';
import { isError } from './is-error.js';

const knownCodes: ReadonlySet<string> = new Set(oauthErrorCodes);

/** OAuth errors that say "not now" rather than "no". */
const transientCodes: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

/** OAuth errors that say that the request makes no sense, rather than that it is denied. */
const mistakes: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

/** What was being done: decides how a refusal of the token endpoint is to be read. */
export type ProviderCall =
  | 'discovery'
  | 'authorization'
  | 'code exchange'
  | 'refresh'
  | 'userinfo'
  | 'revocation'
  | 'introspection'
  | 'client credentials'
  | 'token exchange'
  | 'key lookup';

/**
 * Turns whatever a call to Logto threw into a {@link LogtoException}. Causes are copied without the parts that
 * may hold a token, and the provider's own words are never shown to a visitor.
 */
export function toLogtoException(error: unknown, call: ProviderCall): LogtoException {
  if (error instanceof LogtoException) return error;
  if (error instanceof AuthorizationResponseError) return refusal(error.error, call, error);
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return unavailable(call, error);
    return refusal(error.error, call, error, error.status);
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const parameters = error.cause[0]?.parameters;
    return refusal(parameters?.error ?? 'invalid_token', call, error, error.status);
  }
  const failure = connectionFailure(error);
  if (failure === 'timeout') {
    return new LogtoException('provider_timeout', `Logto did not answer the ${call} in time. Try again.`, {
      status: 503,
      transient: true,
      cause: harmless(error),
    });
  }
  if (failure === 'connection') return unavailable(call, error);
  const status = unexpectedStatus(error);
  const missing = call === 'discovery' && status !== undefined && status >= 400 && status < 500;
  // An error page of a proxy, a redirect to elsewhere, an answer cut short.
  if (isNoAnswer(error) && !missing) return unavailable(call, error, status);
  if (call === 'discovery') {
    return new LogtoException(
      'provider_misconfigured',
      'There is no discovery document of Logto at `endpoint`, or it is that of another issuer. Check `endpoint` in ' +
        'the options.',
      { status: 503, transient: true, cause: harmless(error) },
    );
  }
  if (call === 'authorization' || isMalformedCallback(error)) {
    return new LogtoException(
      'callback_invalid',
      'The answer of the sign-in is malformed. Start the sign-in again.',
      {
        status: 400,
        cause: harmless(error),
      },
    );
  }
  if (call === 'code exchange' || call === 'refresh' || call === 'key lookup') {
    return new LogtoException(
      'id_token_invalid',
      `The answer to the ${call} failed validation. Sign in again.`,
      {
        status: 401,
        cause: harmless(error),
      },
    );
  }
  if (call === 'userinfo') {
    return new LogtoException('user_info_invalid', 'The userinfo answer is not that of the signed-in user.', {
      status: 503,
      cause: harmless(error),
    });
  }
  return new LogtoException('provider_answer_invalid', `Logto's answer to the ${call} is not valid.`, {
    status: 503,
    cause: harmless(error),
  });
}

/** Whether what came back is not what the endpoint answers; an ID token that cannot be read is another matter. */
function isNoAnswer(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  if (error.code !== 'OAUTH_PARSE_ERROR') {
    return error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || error.code === 'OAUTH_RESPONSE_IS_NOT_JSON';
  }
  return !isError(error.cause) || !error.cause.message.includes('JWT');
}

/** The status of an answer that is none of the endpoint's. */
function unexpectedStatus(error: unknown): number | undefined {
  if (!(error instanceof ClientError) || error.code !== 'OAUTH_RESPONSE_IS_NOT_CONFORM') return undefined;
  const { status } = (error.cause ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}

/** Whether the parameters of the callback were refused before anything was sent: another issuer's, for example. */
function isMalformedCallback(error: unknown): boolean {
  if (!(error instanceof ClientError) || !isError(error.cause)) return false;
  const details = error.cause.cause;
  return typeof details === 'object' && details !== null && 'parameters' in details;
}

function unavailable(call: ProviderCall, error: unknown, status?: number): LogtoException {
  const problem =
    status === undefined
      ? `Logto could not be reached for the ${call}.`
      : `Logto answered the ${call} with the HTTP status ${status}.`;
  return new LogtoException('provider_unavailable', `${problem} Try again shortly.`, {
    status: 503,
    transient: true,
    cause: harmless(error),
  });
}

function refusal(error: string, call: ProviderCall, cause: Error, providerStatus?: number): LogtoException {
  const code: LogtoErrorCode = isOAuthErrorCode(error) ? error : 'authorization_refused';
  const transient =
    transientCodes.has(code) ||
    providerStatus === 429 ||
    // A wrong secret is the operator's mistake, and mended without the user: it must not sign anybody out.
    (call !== 'authorization' && (code === 'invalid_client' || code === 'unauthorized_client'));
  const isSignIn = call === 'authorization' || call === 'code exchange';
  const remedy = (isSignIn ? signInRemedies[code] : undefined) ?? remedies[code];
  return new LogtoException(code, remedy ?? `Logto refused the ${call}.`, {
    status: transient ? 503 : statusOf(code, call),
    transient,
    cause: harmless(cause),
  });
}

function statusOf(code: LogtoErrorCode, call: ProviderCall): number {
  if (code === 'access_denied' || code === 'insufficient_scope') return 403;
  // Only a sign-in takes what it asks for from its visitor; all else is this app's own mistake.
  return call !== 'authorization' && call !== 'code exchange' && mistakes.has(code) ? 500 : 401;
}

function isOAuthErrorCode(error: string): error is OAuthErrorCode {
  return knownCodes.has(error);
}

/** What is another matter when it is said to a sign-in than to a request for a token. */
const signInRemedies: Partial<Record<LogtoErrorCode, string>> = {
  invalid_target:
    'Logto does not know a resource that this app asks for. Create it in Logto Console > API resources, or take it ' +
    'out of `resources`.',
};

const remedies: Partial<Record<LogtoErrorCode, string>> = {
  access_denied: 'Logto denied the request.',
  invalid_client: 'Logto does not accept this application. Check `appId` and `appSecret` in the options.',
  invalid_grant: 'The sign-in has ended at Logto. Sign in again.',
  invalid_target:
    'The resource was not asked for at sign-in, or Logto does not know it. List it in `resources`.',
  insufficient_scope: 'A scope that this needs was not asked for at sign-in. List it in `scopes`.',
  login_required: 'Nobody is signed in at Logto.',
  server_error: 'Logto failed. Try again shortly.',
  temporarily_unavailable: 'Logto is busy. Try again shortly.',
};
