import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { IdTokenClaims } from '../oidc/claims.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { withholdSession } from '../request/passive-requests.js';
import { SessionLifetime } from '../session/session-lifetime.js';
import { Sessions } from '../session/sessions.js';
import { signInClient } from '../session/sign-in-client.js';
import { CurrentUser } from '../user/current-user.js';

/** What the session route returns to a front end. It never contains a token. */
export interface SessionInfo {
  isAuthenticated: boolean;
  /** The claims in the option `sessionClaims`, as far as the user has them. */
  user?: Partial<IdTokenClaims>;
  /** When the session ends unless the user is active, as an ISO 8601 date. */
  expiresAt?: string;
  /** The URL to navigate to for a sign-in. */
  signInUrl: string;
  /** The URL to send a POST request to for a sign-out. */
  signOutUrl: string;
}

/** Describes the session of a request to a front end, and leaves the session as it is. */
@Injectable()
export class CurrentSession {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly currentUser: CurrentUser,
    private readonly sessions: Sessions,
    private readonly lifetime: SessionLifetime,
  ) {}

  /** @throws LogtoException as {@link Sessions.require}: while the store is down, the user may be signed in */
  describe(request: Request): SessionInfo {
    const { isOverridden, record, context } = this.currentUser.stateOf(request);
    if (!record && !isOverridden) this.sessions.assertReadable(request);
    const expiresAt = record && this.lifetime.expiresAt(record, request.session.cookie);
    withholdSession(request);
    const routes = `${signInClient(this.options).baseUrl}/${this.options.authRoutesPrefix}`;
    return {
      isAuthenticated: context.isAuthenticated,
      user: context.claims ? this.pick(context.claims) : undefined,
      expiresAt: expiresAt?.toISOString(),
      signInUrl: `${routes}/sign-in`,
      signOutUrl: `${routes}/sign-out`,
    };
  }

  private pick(claims: IdTokenClaims): Partial<IdTokenClaims> {
    const names = this.options.sessionClaims.filter((name) => claims[name] !== undefined);
    return Object.fromEntries(names.map((name) => [name, claims[name]]));
  }
}
