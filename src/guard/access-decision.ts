import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { attachContext } from '../user/execution-context.js';
import type { LogtoContext } from '../user/logto-context.js';
import { RequestSource } from '../user/request-source.js';
import { UserContextResolver } from '../user/user-context-resolver.js';
import type { Credential } from '../user/with-logto.options.js';
import { AccessPolicyReader } from './access-policy.js';
import type { AccessAttempt } from './access-attempt.js';
import { BearerAuthentication } from './bearer/bearer-authentication.js';
import { hasAuthorizationHeader } from './bearer/bearer-token.js';
import { CsrfProtection } from './csrf-protection.js';
import { protectFromCaches } from './protect-from-caches.js';
import { Refusal } from './refusal.js';
import { boundOrganization } from './requirements/bound-organization.js';
import type { Principal } from './requirements/principal.js';
import { RequirementCheck } from './requirements/requirement-check.js';
import { SessionAuthentication } from './session-authentication.js';
import { ClockSkewCheck } from './clock-skew-check.js';

const anonymous: LogtoContext = { isAuthenticated: false };

/** Decides whether a request may pass, for every guard of this library. */
@Injectable()
export class AccessDecision {
  constructor(
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly plans: AccessPolicyReader,
    private readonly sessions: SessionAuthentication,
    private readonly bearer: BearerAuthentication,
    private readonly requirements: RequirementCheck,
    private readonly crossSite: CsrfProtection,
    private readonly refusal: Refusal,
    private readonly clockSkew: ClockSkewCheck,
    private readonly log: OperatorLog,
  ) {}

  /**
   * @param credentials how users authenticate, where the route does not say so by `@WithLogto({ accept })`
   * @throws LogtoException when the request may not pass, with the answer that fits its sender
   */
  async may(host: ExecutionContext, credentials: readonly Credential[]): Promise<boolean> {
    const plan = this.plans.of(host);
    if (plan.access === 'public') return true;
    const request = await this.source.of(host);
    if (!request) throw this.unreadable(host);
    const accept = plan.route.accept ?? credentials;
    protectFromCaches(request, accept);
    const attempt: AccessAttempt = { host, request, plan, accept };
    // An Authorization header decides: a bad token does not fall back to the session.
    const isBearer = accept.includes('bearer') && hasAuthorizationHeader(request);
    return isBearer ? this.mayByBearer(attempt) : this.mayBySession(attempt);
  }

  private async mayByBearer(attempt: AccessAttempt): Promise<boolean> {
    const { host, request, plan } = attempt;
    try {
      const principal = await this.bearer.authenticate(request);
      this.bearer.assertWithin(principal, boundOrganization(request, plan.organizations));
      const own = this.adopt(host, request, principal.context);
      await this.assertRequirements(attempt, principal);
      attachContext(host, own, principal.context);
      return true;
    } catch (error) {
      // A guard of the app's own may let the request pass all the same. It is anonymous then.
      this.adopt(host, request, anonymous);
      throw this.refusal.ofBearer(request, error);
    }
  }

  private async mayBySession(attempt: AccessAttempt): Promise<boolean> {
    const { host, request, accept } = attempt;
    // A bearer token that another guard has accepted does not stand for a session.
    const isSession = accept.includes('session') && !this.resolver.isAdopted(request);
    const principal = isSession ? await this.sessions.authenticate(request) : undefined;
    if (!principal) return this.mayAnonymously(attempt);
    this.crossSite.assertOwnSite(host, request);
    await this.assertRequirements(attempt, principal).catch((error: unknown) => {
      throw this.refusal.ofSession(attempt, error);
    });
    attachContext(host, request, principal.context);
    return true;
  }

  private mayAnonymously(attempt: AccessAttempt): boolean {
    const { host, request, plan, accept } = attempt;
    // While the store is down nobody knows whether the request has a session, so not even optional routes open.
    if (accept.includes('session')) this.sessions.assertReadable(request);
    if (plan.access !== 'optional') throw this.refusal.ofAnonymous(attempt);
    // To a route that does not accept sessions, a request with one is anonymous.
    const own = accept.includes('session') ? request : this.adopt(host, request, anonymous);
    attachContext(host, own, anonymous);
    return true;
  }

  private async assertRequirements(attempt: AccessAttempt, principal: Principal): Promise<void> {
    const { request, plan } = attempt;
    if (plan.requirements.length === 0 || (await this.requirements.isMet(request, principal, plan))) return;
    const clockDifference = this.clockSkew.differenceFor(principal, plan.signInMaxAge ?? 0);
    throw this.refusal.recentSignIn(attempt, principal.credential, clockDifference);
  }

  /**
   * Makes `context` the user of a request, whatever its session says.
   * @returns the request to go on with: one of its own where other fields or messages of the request use the session
   */
  private adopt(host: ExecutionContext, request: Request, context: LogtoContext): Request {
    const isShared =
      host.getType() !== 'http' &&
      !this.resolver.isAdopted(request) &&
      this.resolver.known(request).isAuthenticated;
    const own = isShared ? this.source.ownOf(host, request) : request;
    this.resolver.adopt(own, context);
    return own;
  }

  private unreadable(host: ExecutionContext): LogtoException {
    const transport: string = host.getType();
    const exception = new LogtoException(
      'context_not_supported',
      `A guard of nestjs-logto cannot read a request of the transport "${transport}", and refuses what it cannot read. ` +
        'For a `ws` gateway call `LogtoService.bindHandshake(client, request)` in `handleConnection`.',
      { status: 403, publicMessage: 'This cannot be reached in this way.' },
    );
    this.log.exception(exception, 'error');
    return exception;
  }
}
