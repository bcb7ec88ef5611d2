import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { InvalidTokenException } from '../oidc/errors/invalid-token.exception.js';
import { OperatorLog } from '../operator-log.js';
import { UnauthenticatedExceptionFactory } from '../user/unauthenticated-exception-factory.js';
import type { Credential } from '../user/with-logto.options.js';
import type { AccessAttempt } from './access-attempt.js';

/** How a request is refused: with a redirect to the sign-in, or with a challenge (RFC 6750 section 3). */
@Injectable()
export class Refusal {
  constructor(
    private readonly unauthenticated: UnauthenticatedExceptionFactory,
    private readonly log: OperatorLog,
  ) {}

  /** Of an anonymous request. */
  ofAnonymous({ host, request, plan, accept }: AccessAttempt): LogtoException {
    if (!accept.includes('session') || host.getType<string>() !== 'http') {
      if (accept.includes('bearer')) challenge(request, {});
      return new LogtoUnauthenticatedException(
        accept.includes('session')
          ? {}
          : { message: 'A bearer access token is needed in the Authorization header.' },
      );
    }
    const exception = this.signIn({ request, plan });
    if (accept.includes('bearer') && exception.redirectTo === undefined) challenge(request, {});
    return exception;
  }

  /** Of a signed-in user who lacks something, or whose sign-in has ended at Logto. */
  ofSession({ host, request, plan }: AccessAttempt, error: unknown): unknown {
    const ended = error instanceof LogtoUnauthenticatedException && error.code === 'not_authenticated';
    return ended && host.getType<string>() === 'http' ? this.signIn({ request, plan }, error) : error;
  }

  /** Asks for a sign-in that is recent enough at once, so that the person does not have to sign in twice. */
  private signIn(
    { request, plan }: Pick<AccessAttempt, 'request' | 'plan'>,
    cause?: unknown,
  ): LogtoUnauthenticatedException {
    const { signInMaxAge: maxAge, route } = plan;
    return this.unauthenticated.exceptionFor(request, route.unauthenticated, {
      ...(cause === undefined ? {} : { cause }),
      ...(maxAge === undefined ? {} : { maxAge }),
    });
  }

  /** A refused bearer token. The answer says what is wrong with the token, the log what is wrong with this server. */
  ofBearer(request: Request, error: unknown): unknown {
    if (!(error instanceof LogtoException)) return error;
    if (error.getStatus() < 500) this.logBearer(error);
    if (error.code === 'invalid_token')
      challenge(request, { error: 'invalid_token', error_description: clientMessageOf(error) });
    else if (error.code === 'invalid_request') challenge(request, { error: 'invalid_request' });
    else if (error.getStatus() === 403) {
      const { scope } = error.getResponse() as { scope?: unknown };
      challenge(request, {
        error: 'insufficient_scope',
        ...(typeof scope === 'string' ? { scope } : {}),
      });
    }
    return error;
  }

  private logBearer(error: LogtoException): void {
    const { code, message } = error;
    const isForOperator =
      error instanceof InvalidTokenException ? error.isForOperator : operatorCodes.has(code);
    // By what is wrong, not by what a token says of itself: no sender can flood the log.
    const key = `bearer ${code} ${clientMessageOf(error)}`;
    this.log.remark(isForOperator ? 'warn' : 'debug', `${code}: ${message}`, { key });
  }

  /**
   * Of a user whose sign-in is too long ago (RFC 9470).
   * @param clockDifference how the clocks differ where another sign-in would not help, and nobody is sent to one
   */
  recentSignIn(
    { host, request, plan }: AccessAttempt,
    credential: Credential,
    clockDifference: string | undefined,
  ): LogtoException {
    const maxAge = plan.signInMaxAge ?? 0;
    const needed = `This needs a sign-in within the last ${maxAge} seconds.`;
    const reason = {
      code: 'recent_sign_in_required',
      message: `${needed} ${clockDifference ?? 'Sign in again.'}`,
      publicMessage: clockDifference === undefined ? `${needed} Sign in again.` : needed,
      extensions: { max_age: maxAge },
    } as const;
    if (credential === 'bearer') {
      challenge(request, { error: 'insufficient_user_authentication', max_age: String(maxAge) });
      return new LogtoUnauthenticatedException(reason);
    }
    if (host.getType<string>() !== 'http' || clockDifference !== undefined)
      return new LogtoUnauthenticatedException(reason);
    return this.unauthenticated.exceptionFor(request, plan.route.unauthenticated, { ...reason, maxAge });
  }
}

/** Refusals of a good token that an operator has to look at: the app and Logto do not agree on what tokens say. */
const operatorCodes: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'organization_mismatch',
  'roles_not_in_token',
]);

function clientMessageOf(error: LogtoException): string {
  return error instanceof InvalidTokenException ? error.clientMessage : error.detail;
}

function challenge(request: Request, parameters: Record<string, string>): void {
  const response = request.res;
  if (!response || response.headersSent) return;
  const list = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')}"`,
  );
  response.setHeader('WWW-Authenticate', list.length === 0 ? 'Bearer' : `Bearer ${list.join(', ')}`);
}
