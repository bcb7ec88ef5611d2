import { Injectable, type ExecutionContext } from '@nestjs/common';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { withoutUndefined } from '../options/without-undefined.js';
import {
  UnauthenticatedExceptionFactory,
  type UnauthenticatedReason,
} from '../user/unauthenticated-exception-factory.js';
import { BearerChallenge } from './bearer/bearer-challenge.js';
import { ClockSkewCheck } from './clock-skew-check.js';
import type { AccessAttempt } from './policy/access-attempt.js';
import type { Principal } from './requirements/principal.js';
import {
  describeAuthentication,
  signInParametersOf,
  type StepUpReason,
} from './requirements/required-authentication.js';

/** Creates the exceptions of denied requests, and sets their redirects or challenges. */
@Injectable()
export class DenialExceptionFactory {
  constructor(
    private readonly unauthenticated: UnauthenticatedExceptionFactory,
    private readonly challenge: BearerChallenge,
    private readonly clockSkew: ClockSkewCheck,
    private readonly log: OperatorLog,
  ) {}

  /** Denies a request that cannot be read. */
  forTransport(host: ExecutionContext): LogtoException {
    const transport: string = host.getType();
    const exception = new LogtoException(
      'context_not_supported',
      `A guard of nestjs-logto cannot read a request of the transport "${transport}", so it denies the request. ` +
        'For a `ws` gateway call `LogtoService.bindHandshake(client, request)` in `handleConnection`.',
      { status: 403, publicMessage: 'This transport is not supported.' },
    );
    this.log.exception(exception, 'error');
    return exception;
  }

  /** Denies an anonymous request. */
  forAnonymous(attempt: AccessAttempt): LogtoUnauthenticatedException {
    const { accept } = attempt;
    const message = 'The request has no bearer access token in the Authorization header.';
    const exception = accept.includes('session')
      ? this.signIn(attempt)
      : new LogtoUnauthenticatedException({ message });
    if (accept.includes('bearer') && exception.redirectTo === undefined) this.challenge.set(attempt);
    return exception;
  }

  /**
   * Denies a user who has to sign in again, because the sign-in is too old or its authentication context too low (RFC 9470).
   * There is no redirect to a sign-in that would be denied as well.
   */
  forStepUp(
    attempt: AccessAttempt,
    principal: Principal,
    stepUp: StepUpReason,
  ): LogtoUnauthenticatedException {
    const { authentication } = attempt.policy;
    const { acrValues: acr_values, maxAge: max_age } = signInParametersOf(authentication);
    const clockDifference = stepUp === 'age' ? this.clockSkew.reportSkew(principal, max_age ?? 0) : undefined;
    const needed = `This request requires ${describeAuthentication(authentication)}.`;
    const reason = {
      code: stepUp === 'acr' ? 'insufficient_authentication' : 'recent_sign_in_required',
      message: `${needed} ${clockDifference ?? 'Sign in again.'}`,
      publicMessage: clockDifference === undefined ? `${needed} Sign in again.` : needed,
      problemExtensions: withoutUndefined({ acr_values, max_age }),
    } as const;
    if (principal.credential === 'session' && clockDifference === undefined)
      return this.signIn(attempt, reason);
    if (principal.credential === 'bearer')
      this.challenge.set(attempt, { error: 'insufficient_user_authentication', acr_values, max_age });
    return new LogtoUnauthenticatedException(reason);
  }

  /** Requests a sign-in that meets the requirements of the route, so that the user does not have to sign in twice. */
  private signIn(
    { host, request, policy }: AccessAttempt,
    reason: Pick<UnauthenticatedReason, 'code' | 'message' | 'publicMessage' | 'problemExtensions'> = {},
  ): LogtoUnauthenticatedException {
    return host.getType<string>() === 'http'
      ? this.unauthenticated.create(request, policy.route.unauthenticated, {
          ...reason,
          ...signInParametersOf(policy.authentication),
        })
      : new LogtoUnauthenticatedException(reason);
  }
}
