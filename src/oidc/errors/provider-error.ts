import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { LogtoException } from '../../logto.exceptions.js';
import { connectionFailure } from './connection-failure.js';
import { harmless } from './harmless-error.js';
import { isError } from './is-error.js';
import type { ProviderCall } from './provider-call.js';
import type { ProviderClock } from './provider-clock.js';
import { refusal } from './provider-refusal.js';

/** Against which clock the times of a token were checked. */
export interface ClockCheck {
  readonly clock: ProviderClock;
  /** `http.clockTolerance`, in seconds. */
  readonly tolerance: number;
}

/**
 * Turns whatever a call to Logto threw into a {@link LogtoException}. Causes are copied without the parts that
 * may hold a token, and the provider's own words are never shown to a visitor.
 */
export function toLogtoException(error: unknown, call: ProviderCall, times?: ClockCheck): LogtoException {
  if (error instanceof LogtoException) return error;
  if (error instanceof AuthorizationResponseError) return refusal(error.error, call, error);
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return unavailable(call, error, error.status);
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
  return unacceptable(error, call, times);
}

/** What Logto answered is none of what the protocol lets it answer. */
function unacceptable(error: unknown, call: ProviderCall, times: ClockCheck | undefined): LogtoException {
  const cause = harmless(error);
  if (call === 'discovery') {
    return new LogtoException(
      'provider_misconfigured',
      'There is no discovery document of Logto at `endpoint`, or it is that of another issuer. Check `endpoint` in ' +
        'the options.',
      { status: 503, transient: true, needsOperator: true, cause },
    );
  }
  if (call === 'authorization' || isMalformedCallback(error)) {
    return new LogtoException(
      'callback_invalid',
      'The answer of the sign-in is malformed. Start the sign-in again.',
      { status: 400, cause },
    );
  }
  if (call === 'code exchange' || call === 'refresh') {
    const isOfTimes = error instanceof ClientError && error.code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED';
    const reason = isOfTimes ? 'its times are not acceptable' : 'the cause says why';
    return idTokenInvalid(`The ID token of the ${call} failed validation: ${reason}.`, {
      cause,
      times: isOfTimes ? times : undefined,
    });
  }
  if (call === 'userinfo') {
    return new LogtoException('user_info_invalid', 'The userinfo answer is not that of the signed-in user.', {
      status: 503,
      needsOperator: true,
      cause,
    });
  }
  return new LogtoException('provider_answer_invalid', `Logto's answer to the ${call} is not valid.`, {
    status: 503,
    needsOperator: true,
    cause,
  });
}

/** @param times against which clock the times of the token were checked, where it was refused for them */
export function idTokenInvalid(
  message: string,
  { cause, times }: { cause?: unknown; times?: ClockCheck | undefined } = {},
): LogtoException {
  const difference = times?.clock.difference(times.tolerance);
  return new LogtoException(
    'id_token_invalid',
    difference === undefined ? message : `${message} ${difference}`,
    {
      status: 401,
      publicMessage: 'Your sign-in could not be verified. Start it again.',
      cause,
    },
  );
}

/** Logto failed a moment ago, and has not come back in the time that a request waits for it. */
export function notAnswering(call: ProviderCall): LogtoException {
  return new LogtoException(
    'provider_unavailable',
    `Logto failed a moment ago, and has not answered the ${call} within a second. Try again shortly.`,
    { status: 503, transient: true },
  );
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
