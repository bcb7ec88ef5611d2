import { Injectable } from '@nestjs/common';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { InvalidTokenException } from '../oidc/errors/invalid-token.exception.js';
import { OperatorLog } from '../operator-log.js';
import { UnauthenticatedExceptionFactory } from '../user/unauthenticated-exception-factory.js';
import type { Credential } from '../options/credential.js';
import type { AccessAttempt } from './policy/access-attempt.js';
import type { AccessPolicy } from './policy/access-policy.js';
import { ProtectedResources } from './bearer/protected-resources.js';
import {
  describeAuthentication,
  type AuthenticationGap,
  type RequiredAuthentication,
} from './requirements/required-authentication.js';

/** Creates the exceptions of denied requests, and sets their redirects or challenges (RFC 6750 section 3). */
@Injectable()
export class DenialExceptionFactory {
  constructor(
    private readonly unauthenticated: UnauthenticatedExceptionFactory,
    private readonly resources: ProtectedResources,
    private readonly log: OperatorLog,
  ) {}

  /** Denies an anonymous request. */
  forAnonymous(attempt: AccessAttempt): LogtoException {
    const { host, request, policy, accept } = attempt;
    const acceptsSession = accept.includes('session');
    const message = 'A bearer access token is needed in the Authorization header.';
    const exception =
      acceptsSession && host.getType<string>() === 'http'
        ? this.signIn({ request, policy })
        : new LogtoUnauthenticatedException(acceptsSession ? {} : { message });
    if (accept.includes('bearer') && exception.redirectTo === undefined) this.challenge(attempt, {});
    return exception;
  }

  /** Denies a signed-in user who does not meet a requirement, or whose sign-in has ended at Logto. */
  forSession({ host, request, policy }: AccessAttempt, error: unknown): unknown {
    const hasEnded = error instanceof LogtoUnauthenticatedException && error.code === 'not_authenticated';
    return hasEnded && host.getType<string>() === 'http' ? this.signIn({ request, policy }, error) : error;
  }

  /** Requests a sign-in that meets the requirements of the route, so that the user does not have to sign in twice. */
  private signIn(
    { request, policy }: Pick<AccessAttempt, 'request' | 'policy'>,
    cause?: unknown,
  ): LogtoUnauthenticatedException {
    return this.unauthenticated.create(request, policy.route.unauthenticated, {
      ...(cause === undefined ? {} : { cause }),
      ...parametersOf(policy),
    });
  }

  /**
   * Denies a request with a bearer token. The response says what is wrong with the token, and the log what is wrong with
   * this server.
   */
  forBearer(attempt: AccessAttempt, error: unknown): unknown {
    if (!(error instanceof LogtoException)) return error;
    if (error.getStatus() < 500) this.logBearerDenial(error);
    if (error.code === 'invalid_token')
      this.challenge(attempt, { error: 'invalid_token', error_description: clientMessageOf(error) });
    else if (error.code === 'invalid_request') this.challenge(attempt, { error: 'invalid_request' });
    else if (error.getStatus() === 403 && !finalCodes.has(error.code)) {
      const { scope } = error.getResponse() as { scope?: unknown };
      this.challenge(attempt, {
        error: 'insufficient_scope',
        ...(typeof scope === 'string' ? { scope: this.scopesToRequest(attempt) } : {}),
      });
    }
    return error;
  }

  private logBearerDenial(error: LogtoException): void {
    const { code, message } = error;
    const isForOperator =
      error instanceof InvalidTokenException ? error.isForOperator : operatorCodes.has(code);
    // The key has nothing that the sender chooses, so that requests cannot flood the log.
    const key = `bearer ${code} ${clientMessageOf(error)}`;
    this.log.write(isForOperator ? 'warn' : 'debug', `${code}: ${message}`, { key });
  }

  /**
   * Denies a user who has to sign in again, because the sign-in is too old or its authentication context too low (RFC 9470).
   * @param clockDifference how the clocks differ if another sign-in would not help; then there is no redirect to one
   */
  forSignIn(
    attempt: AccessAttempt,
    credential: Credential,
    gap: AuthenticationGap,
    clockDifference: string | undefined,
  ): LogtoException {
    const { host, request, policy } = attempt;
    const needed = `This needs ${describeAuthentication(policy.authentication ?? anySignIn)}.`;
    const step = parametersOf(policy);
    const reason = {
      code: gap === 'acr' ? 'insufficient_authentication' : 'recent_sign_in_required',
      message: `${needed} ${clockDifference ?? 'Sign in again.'}`,
      publicMessage: clockDifference === undefined ? `${needed} Sign in again.` : needed,
      extensions: {
        ...(step.acrValues !== undefined && { acr_values: step.acrValues }),
        ...(step.maxAge !== undefined && { max_age: step.maxAge }),
      },
    } as const;
    if (credential === 'bearer') {
      const { acr_values, max_age } = reason.extensions;
      this.challenge(attempt, {
        error: 'insufficient_user_authentication',
        ...(acr_values !== undefined && { acr_values }),
        ...(max_age !== undefined && { max_age: String(max_age) }),
      });
      return new LogtoUnauthenticatedException(reason);
    }
    if (host.getType<string>() !== 'http' || clockDifference !== undefined)
      return new LogtoUnauthenticatedException(reason);
    return this.unauthenticated.create(request, policy.route.unauthenticated, { ...reason, ...step });
  }

  /**
   * The scopes that the route requires, and with `api.metadata` those that the token has: an MCP client requests exactly
   * these, and would lose the others.
   */
  private scopesToRequest(attempt: AccessAttempt): string {
    const tokenScopes = attempt.principal?.context.scopes ?? [];
    const required = scopesOf(attempt);
    const hasMetadata = this.resources.metadataUrl(attempt.request) !== undefined;
    return [...new Set(hasMetadata ? [...tokenScopes, ...required] : required)].join(' ');
  }

  /** Sets the challenge. With `api.metadata`, it tells the client where and with which scopes to get a token (RFC 9728). */
  private challenge(attempt: AccessAttempt, parameters: Record<string, string>): void {
    const { request } = attempt;
    const response = request.res;
    if (!response || response.headersSent) return;
    const metadata = this.resources.metadataUrl(request);
    const scope = scopesOf(attempt).join(' ');
    const { error } = parameters;
    const needsScope = metadata !== undefined && scope !== '' && error !== 'insufficient_scope';
    const all = {
      ...parameters,
      ...(needsScope && { scope }),
      ...(metadata !== undefined && { resource_metadata: metadata }),
    };
    response.setHeader('WWW-Authenticate', challengeOf(all));
  }
}

/** The parameters of a sign-in that meets the requirements of a route. */
function parametersOf({ authentication = anySignIn }: AccessPolicy): { acrValues?: string; maxAge?: number } {
  const { acrs, maxAge } = authentication;
  return {
    ...(acrs.length > 0 && { acrValues: acrs.join(' ') }),
    ...(maxAge !== undefined && { maxAge }),
  };
}

const anySignIn: RequiredAuthentication = { acrs: [], maxAge: undefined };

/** Denials that a token with more scopes does not change. */
const finalCodes: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'user_not_allowed',
  'user_required',
]);

/** Denials of a valid token that point to a mistake in the app or in Logto Console. */
const operatorCodes: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'organization_mismatch',
  'roles_not_in_token',
]);

function clientMessageOf(error: LogtoException): string {
  return error instanceof InvalidTokenException ? error.clientMessage : error.detail;
}

/** The scopes that the whole route requires: a client that asked for the missing ones alone would lack the others. */
function scopesOf({ policy }: AccessAttempt): string[] {
  const names = policy.requirements.flatMap((requirement) =>
    requirement.kind === 'scopes' || requirement.kind === 'organizationScopes' ? requirement.names : [],
  );
  return [...new Set(names)];
}

function challengeOf(parameters: Record<string, string>): string {
  const list = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')}"`,
  );
  return list.length === 0 ? 'Bearer' : `Bearer ${list.join(', ')}`;
}
