import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { handshakeWithoutSession } from '../../session/missing-session.js';
import { Sessions } from '../../session/sessions.js';
import { CurrentUser } from '../../user/current-user.js';
import { RequestSource } from '../../user/request-source.js';
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
  ) {}

  /** The signed-in user, with claims no older than `revalidateAfter`; `undefined` for an anonymous request. */
  async authenticate(request: Request): Promise<SessionPrincipal | undefined> {
    const context = await this.currentUser.revalidated(request);
    if (!context.isAuthenticated) return undefined;
    return new SessionPrincipal(request, context, this.scopes, this.userInfo, this.options.scopes);
  }

  /**
   * Asserts that a request is anonymous because it has no sign-in, not because its session cannot be read.
   * @throws LogtoException `session_not_configured`, `session_missing` or `session_store_unavailable`
   */
  assertReadable(request: Request): void {
    if (this.options.client && this.source.hasNoSession(request)) throw handshakeWithoutSession();
    this.sessions.require(request);
  }
}
