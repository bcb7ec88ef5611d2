import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { LogtoException } from '../../logto.exceptions.js';
import { connectionFailure } from './connection-failure.js';
import { redactError } from './redact-error.js';
import { idTokenInvalid, type ClockCheck } from './id-token-invalid.js';
import { isError } from './is-error.js';
import type { ProviderCall } from '../calls/provider-call.js';
import { oauthErrorException } from './oauth-error-exception.js';

/**
 * Converts an error of a call to Logto into a {@link LogtoException}. The cause is redacted, and Logto's own messages
 * are never shown to a visitor.
 * @param clockCheck how the times of the ID token were checked
 */
export function toLogtoException(
  error: unknown,
  call: ProviderCall,
  clockCheck?: ClockCheck,
): LogtoException {
  if (error instanceof LogtoException) return error;
  if (error instanceof AuthorizationResponseError) return oauthErrorException(error.error, call, error);
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return unavailable(call, error, error.status);
    return oauthErrorException(error.error, call, error, error.status);
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const parameters = error.cause[0]?.parameters;
    return oauthErrorException(parameters?.error ?? 'invalid_token', call, error, error.status);
  }
  const failure = connectionFailure(error);
  if (failure === 'timeout') {
    return new LogtoException(
      'provider_timeout',
      `Logto did not respond to the ${call} in time. Try again.`,
      {
        status: 503,
        transient: true,
        cause: redactError(error),
      },
    );
  }
  if (failure === 'connection') return unavailable(call, error);
  const status = unexpectedStatus(error);
  const isMissing = call === 'discovery' && status !== undefined && status >= 400 && status < 500;
  // An error page of a proxy, a redirect or a truncated response.
  if (isForeignResponse(error) && !isMissing) return unavailable(call, error, status);
  return invalidResponse(error, call, clockCheck);
}

/** The error for a response that does not conform to the protocol. */
function invalidResponse(
  error: unknown,
  call: ProviderCall,
  clockCheck: ClockCheck | undefined,
): LogtoException {
  const cause = redactError(error);
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
      'The callback of the sign-in is malformed. Start the sign-in again.',
      { status: 400, cause },
    );
  }
  if (call === 'code exchange' || call === 'refresh') return invalidIdToken(error, cause, call, clockCheck);
  if (call === 'userinfo') {
    return new LogtoException(
      'user_info_invalid',
      'The userinfo response is not that of the signed-in user.',
      {
        status: 503,
        needsOperator: true,
        cause,
      },
    );
  }
  return new LogtoException('provider_answer_invalid', `Logto's response to the ${call} is not valid.`, {
    status: 503,
    needsOperator: true,
    cause,
  });
}

/** The error for a token response whose ID token fails validation. */
function invalidIdToken(
  error: unknown,
  cause: unknown,
  call: ProviderCall,
  clockCheck: ClockCheck | undefined,
): LogtoException {
  const isClockError = error instanceof ClientError && error.code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED';
  const reason = isClockError ? 'its times are invalid' : 'the cause says why';
  return idTokenInvalid(`The ID token of the ${call} failed validation: ${reason}.`, {
    cause,
    clockCheck: isClockError ? clockCheck : undefined,
  });
}

/** Whether a response is not from the endpoint. A response with a malformed ID token is. */
function isForeignResponse(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  if (error.code !== 'OAUTH_PARSE_ERROR') {
    return error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || error.code === 'OAUTH_RESPONSE_IS_NOT_JSON';
  }
  return !isError(error.cause) || !error.cause.message.includes('JWT');
}

/** The HTTP status of a response that is not from the endpoint. */
function unexpectedStatus(error: unknown): number | undefined {
  if (!(error instanceof ClientError) || error.code !== 'OAUTH_RESPONSE_IS_NOT_CONFORM') return undefined;
  const { status } = (error.cause ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}

/** Whether the parameters of the callback were rejected before a request was sent, for example another issuer's. */
function isMalformedCallback(error: unknown): boolean {
  if (!(error instanceof ClientError) || !isError(error.cause)) return false;
  const details = error.cause.cause;
  return typeof details === 'object' && details !== null && 'parameters' in details;
}

function unavailable(call: ProviderCall, error: unknown, status?: number): LogtoException {
  const problem =
    status === undefined
      ? `Logto could not be reached for the ${call}.`
      : `Logto responded to the ${call} with the HTTP status ${status}.`;
  return new LogtoException('provider_unavailable', `${problem} Try again shortly.`, {
    status: 503,
    transient: true,
    cause: redactError(error),
  });
}
