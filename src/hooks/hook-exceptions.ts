import { inspect } from 'node:util';
import { HttpException } from '@nestjs/common';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { redactError, redactTokens } from '../oidc/errors/redact-error.js';

/**
 * The exception for what a hook or a resolver has thrown.
 * @param name the method: `UsersService.provision (@OnSignIn())`
 * @param refusal the code of an `HttpException` below 500, which refuses the user
 */
export function hookException(
  name: string,
  error: unknown,
  refusal: 'sign_in_refused' | 'user_not_allowed',
): LogtoException {
  // A redirect to the sign-in would be a loop.
  if (error instanceof LogtoException && !(error instanceof LogtoUnauthenticatedException)) return error;
  const cause = describeThrown(error);
  const status = error instanceof HttpException ? error.getStatus() : 0;
  if (!(error instanceof HttpException) || status < 400) {
    return new LogtoException('hook_failed', `${name} has thrown an error. The cause is in the log.`, {
      cause,
    });
  }
  return new LogtoException(status < 500 ? refusal : 'hook_failed', error.message, {
    status,
    cause,
    publicMessage: error.message,
    needsOperator: false,
    transient: status === 503,
  });
}

/**
 * The exception for a hook or a resolver that takes too long.
 * @param name the method: `UsersService.provision (@OnSignIn())`
 */
export function hookTimeout(name: string, timeout: number): LogtoException {
  return new LogtoException(
    'hook_timeout',
    `${name} has not finished within ${timeout} ms. Move long work out of it, or raise \`hookTimeout\` in the options.`,
    { status: 503, transient: true },
  );
}

/** 403: the user resolver has returned `null`. */
export function userNotAllowed(): LogtoException {
  return new LogtoException('user_not_allowed', 'This user may not use this application.', { status: 403 });
}

/** What was thrown, as an error without tokens that can be logged. */
export function describeThrown(error: unknown): Error {
  const redacted = redactError(error);
  return redacted ?? new Error(`not an Error: ${redactTokens(inspect(error, { depth: 0 })).slice(0, 200)}`);
}
