import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { handshakeWithoutSession } from '../../session/missing-session.js';
import { Sessions } from '../../session/sessions.js';
import { CurrentUser } from '../../user/current-user.js';
import { RequestSource } from '../../user/request-source.js';
import { UnauthenticatedExceptionFactory } from '../../user/unauthenticated-exception-factory.js';
import type { AccessAttempt } from '../policy/access-attempt.js';
import { signInParametersOf } from '../requirements/required-authentication.js';
import { FreshScopes } from './fresh-scopes.js';
import { FreshUserInfo } from './fresh-user-info.js';
import { SessionPrincipal } from './session-principal.js';

/** Authenticates a request by its session. */
@Injectable()
export class SessionAuthentication {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly source: RequestSource,
    private readonly sessions: Sessions,
    private readonly currentUser: CurrentUser,
    private readonly scopes: FreshScopes,
    private readonly userInfo: FreshUserInfo,
    private readonly unauthenticated: UnauthenticatedExceptionFactory,
  ) {}

  /** The signed-in user, with claims no older than `revalidateAfter`; `undefined` for an anonymous request. */
  async authenticate(attempt: AccessAttempt): Promise<SessionPrincipal | undefined> {
    const { request, accept } = attempt;
    // A bearer token that another guard has accepted does not count as a session.
    if (!accept.includes('session') || this.currentUser.isOverridden(request)) return undefined;
    const context = await this.currentUser.revalidate(request);
    if (!context.isAuthenticated) return undefined;
    const principal = new SessionPrincipal(request, context, this.scopes, this.userInfo, this.options.scopes);
    attempt.principal = principal;
    return principal;
  }

  /**
   * Asserts that a request is anonymous because it has no sign-in, not because its session cannot be read.
   * @throws LogtoException `session_not_configured`, `session_missing` or `session_store_unavailable`
   */
  assertReadable(request: Request): void {
    if (this.options.client && this.source.hasNoSession(request)) throw handshakeWithoutSession();
    this.sessions.require(request);
  }

  /** Denies a request: with a new sign-in, if the requirements showed that the user's has ended at Logto. */
  deny({ host, request, policy, principal }: AccessAttempt, error: unknown): unknown {
    const hasEnded =
      principal && error instanceof LogtoUnauthenticatedException && error.code === 'not_authenticated';
    if (!hasEnded || host.getType<string>() !== 'http') return error;
    return this.unauthenticated.create(request, policy.route.unauthenticated, {
      cause: error,
      ...signInParametersOf(policy.authentication),
    });
  }
}
