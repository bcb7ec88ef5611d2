import { Injectable } from '@nestjs/common';
import { CurrentUser } from '../../user/current-user.js';
import type { LogtoContext } from '../../user/logto-context.js';
import { RequestSource } from '../../user/request-source.js';
import type { AccessAttempt } from '../policy/access-attempt.js';

/** Sets the user of a request, regardless of its session. */
@Injectable()
export class UserOverride {
  constructor(
    private readonly source: RequestSource,
    private readonly currentUser: CurrentUser,
  ) {}

  /**
   * Makes `context` the user. The attempt goes on with a fork of the request if other GraphQL fields or socket messages use
   * the session of the shared one.
   */
  apply(attempt: AccessAttempt, context: LogtoContext): void {
    const { host, request } = attempt;
    const isShared =
      host.getType() !== 'http' &&
      !this.currentUser.isOverridden(request) &&
      this.currentUser.getContext(request).isAuthenticated;
    if (isShared) attempt.request = this.source.fork(host, request);
    this.currentUser.override(attempt.request, context);
  }
}
