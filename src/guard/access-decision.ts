import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { attachContext } from '../user/attached-context.js';
import { CurrentUser } from '../user/current-user.js';
import { anonymousContext, type LogtoContext } from '../user/logto-context.js';
import { RequestSource } from '../user/request-source.js';
import type { Credential } from '../options/credential.js';
import type { AccessAttempt } from './policy/access-attempt.js';
import { AccessPolicyReader } from './policy/access-policy.js';
import { BearerAuthentication } from './bearer/bearer-authentication.js';
import { hasAuthorizationHeader } from './bearer/bearer-token.js';
import { ClockSkewCheck } from './clock-skew-check.js';
import { CsrfProtection } from './csrf-protection.js';
import { protectFromCaches } from './protect-from-caches.js';
import { publishDenial } from './publish-denial.js';
import { DenialExceptionFactory } from './denial-exception-factory.js';
import { boundOrganization } from './requirements/bound-organization.js';
import type { Principal } from './requirements/principal.js';
import { RequirementCheck } from './requirements/requirement-check.js';
import { SessionAuthentication } from './session/session-authentication.js';

/** The authorization decision of every guard of this library. */
@Injectable()
export class AccessDecision {
  constructor(
    private readonly policies: AccessPolicyReader,
    private readonly source: RequestSource,
    private readonly currentUser: CurrentUser,
    private readonly sessions: SessionAuthentication,
    private readonly bearer: BearerAuthentication,
    private readonly csrf: CsrfProtection,
    private readonly requirements: RequirementCheck,
    private readonly clockSkew: ClockSkewCheck,
    private readonly denials: DenialExceptionFactory,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Asserts that a request may pass, and attaches its user.
   * @param credentials what the guard accepts, unless the route has `@WithLogto({ accept })`
   * @throws LogtoException the denial; its headers, such as a challenge or a redirect, are set on the response already
   */
  async authorize(host: ExecutionContext, credentials: readonly Credential[]): Promise<void> {
    const policy = this.policies.read(host);
    if (policy.access === 'public') return;
    const request = await this.source.getRequest(host);
    if (!request) throw this.unsupportedTransport(host);
    const accept = policy.route.accept ?? credentials;
    protectFromCaches(request, accept);
    const attempt: AccessAttempt = { host, request, policy, accept };
    // An Authorization header decides: a bad token does not fall back to the session.
    const isBearer = accept.includes('bearer') && hasAuthorizationHeader(request);
    try {
      await (isBearer ? this.authorizeBearer(attempt) : this.authorizeSession(attempt));
    } catch (error) {
      publishDenial(attempt, error);
      throw error;
    }
  }

  private async authorizeBearer(attempt: AccessAttempt): Promise<void> {
    const { host, request, policy } = attempt;
    try {
      const principal = await this.bearer.authenticate(request);
      attempt.principal = principal;
      this.bearer.assertOrganization(principal, boundOrganization(request, policy.organizations));
      await this.bearer.addLocalUser(request, principal);
      const ownRequest = this.overrideUser(attempt, principal.context);
      await this.assertRequirements(attempt, principal);
      attachContext(host, ownRequest, principal.context);
    } catch (error) {
      // A subclass of the guard may let the request pass all the same. Then it is anonymous.
      this.overrideUser(attempt, anonymousContext());
      throw this.denials.forBearer(attempt, error);
    }
  }

  private async authorizeSession(attempt: AccessAttempt): Promise<void> {
    const { host, request, accept } = attempt;
    // A bearer token that another guard has accepted does not count as a session.
    const usesSession = accept.includes('session') && !this.currentUser.isOverridden(request);
    const principal = usesSession ? await this.sessions.authenticate(request) : undefined;
    if (!principal) return this.authorizeAnonymous(attempt);
    attempt.principal = principal;
    this.csrf.assertOwnSite(host, request);
    await this.assertRequirements(attempt, principal).catch((error: unknown) => {
      throw this.denials.forSession(attempt, error);
    });
    attachContext(host, request, principal.context);
  }

  private authorizeAnonymous(attempt: AccessAttempt): void {
    const { host, request, policy, accept } = attempt;
    const context = anonymousContext();
    // While the store is down, the request may have a session: then even optional routes are closed.
    if (accept.includes('session')) this.sessions.assertReadable(request);
    if (policy.access !== 'optional') throw this.denials.forAnonymous(attempt);
    // On a route that accepts no sessions, the user of a session is anonymous.
    const ownRequest = accept.includes('session') ? request : this.overrideUser(attempt, context);
    attachContext(host, ownRequest, context);
  }

  private async assertRequirements(attempt: AccessAttempt, principal: Principal): Promise<void> {
    const { request, policy } = attempt;
    if (policy.requirements.length === 0) return;
    const gap = await this.requirements.findGap(request, principal, policy);
    if (gap === undefined) return;
    const clockDifference =
      gap === 'age' ? this.clockSkew.differenceFor(principal, policy.authentication?.maxAge ?? 0) : undefined;
    throw this.denials.forSignIn(attempt, principal.credential, gap, clockDifference);
  }

  /**
   * Makes `context` the user of a request, whatever its session says.
   * @returns the request to continue with: a fork if other GraphQL fields or socket messages use the session of the
   * shared one
   */
  private overrideUser({ host, request }: AccessAttempt, context: LogtoContext): Request {
    const isShared =
      host.getType() !== 'http' &&
      !this.currentUser.isOverridden(request) &&
      this.currentUser.of(request).isAuthenticated;
    const ownRequest = isShared ? this.source.fork(host, request) : request;
    this.currentUser.override(ownRequest, context);
    return ownRequest;
  }

  private unsupportedTransport(host: ExecutionContext): LogtoException {
    const transport: string = host.getType();
    const exception = new LogtoException(
      'context_not_supported',
      `A guard of nestjs-logto cannot read a request of the transport "${transport}", so it denies the request. ` +
        'For a `ws` gateway call `LogtoService.bindHandshake(client, request)` in `handleConnection`.',
      { status: 403, publicMessage: 'This cannot be reached in this way.' },
    );
    this.log.exception(exception, 'error');
    return exception;
  }
}
