import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { handshakeWithoutSession } from '../session/missing-session.js';
import { Sessions } from '../session/sessions.js';
import { RequestSource } from '../user/request-source.js';
import { UserContextResolver } from '../user/user-context-resolver.js';
import { FreshScopes } from './fresh-scopes.js';
import { FreshUserInfo } from './fresh-user-info.js';
import { SessionPrincipal } from './session-principal.js';

/** Finds the user of a request by its session. */
@Injectable()
export class SessionAuthentication {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly source: RequestSource,
    private readonly sessions: Sessions,
    private readonly resolver: UserContextResolver,
    private readonly scopes: FreshScopes,
    private readonly userInfo: FreshUserInfo,
  ) {}

  /** The signed-in user, with claims that are fresh enough to decide by; `undefined` for an anonymous request. */
  async authenticate(request: Request): Promise<SessionPrincipal | undefined> {
    // Tokens that the handler asks for are the interceptor's to fetch.
    const context = await this.resolver.resolve(request, {});
    if (!context.isAuthenticated) return undefined;
    return new SessionPrincipal(request, context, this.scopes, this.userInfo, this.options.scopes);
  }

  /**
   * Makes sure that a request without a user has no session, rather than one that cannot be read.
   * @throws LogtoException `session_not_configured`, `session_missing` or `session_store_unavailable`
   */
  assertReadable(request: Request): void {
    if (this.options.client && this.source.hasNoSession(request)) throw handshakeWithoutSession();
    this.sessions.require(request);
  }
}
