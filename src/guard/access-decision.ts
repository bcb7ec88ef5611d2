import { Injectable, type ExecutionContext } from '@nestjs/common';
import { attachContext } from '../user/attached-context.js';
import { anonymousContext } from '../user/logto-context.js';
import { CurrentUser } from '../user/current-user.js';
import { RequestSource } from '../user/request-source.js';
import type { Credential } from '../options/credential.js';
import type { AccessAttempt } from './policy/access-attempt.js';
import { AccessPolicyReader } from './policy/access-policy.js';
import { BearerAuthentication } from './bearer/bearer-authentication.js';
import { hasAuthorizationHeader } from './bearer/bearer-token.js';
import { UserOverride } from './bearer/user-override.js';
import { CsrfProtection } from './csrf-protection.js';
import { protectFromCaches } from './protect-from-caches.js';
import { publishDenial } from './publish-denial.js';
import { DenialExceptionFactory } from './denial-exception-factory.js';
import { RequirementCheck } from './requirements/requirement-check.js';
import { SessionAuthentication } from './session/session-authentication.js';

/** The authorization decision of every guard of this library. */
@Injectable()
export class AccessDecision {
  constructor(
    private readonly policies: AccessPolicyReader,
    private readonly source: RequestSource,
    private readonly currentUser: CurrentUser,
    private readonly session: SessionAuthentication,
    private readonly bearer: BearerAuthentication,
    private readonly csrf: CsrfProtection,
    private readonly requirements: RequirementCheck,
    private readonly denials: DenialExceptionFactory,
    private readonly userOverride: UserOverride,
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
    if (!request) throw this.denials.forTransport(host);
    const accept = policy.route.accept ?? credentials;
    protectFromCaches(request, accept);
    const attempt: AccessAttempt = { host, request, policy, accept };
    // An Authorization header decides: a bad token does not fall back to the session.
    const usesBearer = accept.includes('bearer') && hasAuthorizationHeader(request);
    const authentication = usesBearer ? this.bearer : this.session;
    try {
      const principal = await authentication.authenticate(attempt);
      if (!principal) return this.admitAnonymous(attempt);
      if (principal.credential === 'session') this.csrf.assertOwnSite(host, request);
      const stepUp = await this.requirements.check(attempt.request, principal, policy);
      if (stepUp !== undefined) throw this.denials.forStepUp(attempt, principal, stepUp);
      if (policy.access === 'required') this.currentUser.admit(host, attempt.request);
      attachContext(host, attempt.request, principal.context);
    } catch (error) {
      const denial = authentication.deny(attempt, error);
      publishDenial(attempt, denial);
      throw denial;
    }
  }

  private admitAnonymous(attempt: AccessAttempt): void {
    const { host, request, policy, accept } = attempt;
    const context = anonymousContext();
    // While the store is down, the request may have a session: then even optional routes are closed.
    if (accept.includes('session')) this.session.assertReadable(request);
    if (policy.access !== 'optional') throw this.denials.forAnonymous(attempt);
    // On a route that accepts no sessions, the user of a session is anonymous.
    if (!accept.includes('session')) this.userOverride.apply(attempt, context);
    attachContext(host, attempt.request, context);
  }
}
