import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { Sessions } from '../session/sessions.js';
import type { LogtoContext } from '../user/logto-context.js';
import { requestOf } from '../user/request-of.js';
import type { RoutePlans } from '../user/route-plan.js';
import { exposeUser } from '../user/user-accessor.js';
import { attachUserContext } from '../user/user-context-of.js';
import type { UserContextResolver } from '../user/user-context-resolver.js';
import type { Unauthenticated } from '../user/unauthenticated.js';
import type { CrossSite } from './cross-site.js';

/** May this request pass? The one place where it is decided, for every guard of this library. */
export class AccessDecision {
  constructor(
    private readonly resolver: UserContextResolver,
    private readonly plans: RoutePlans,
    private readonly sessions: Sessions,
    private readonly crossSite: CrossSite,
    private readonly unauthenticated: Unauthenticated,
  ) {}

  /** @throws LogtoException when it may not, with the answer that fits the visitor */
  bySession(host: ExecutionContext): boolean | Promise<boolean> {
    const request = requestOf(host);
    if (!request) {
      throw new LogtoException(
        'context_not_supported',
        `LogtoGuard cannot read a request of the transport "${host.getType()}", and lets nothing pass that it cannot read.`,
        { status: 403 },
      );
    }
    // Tokens that were asked for are the interceptor's to fetch: whether somebody is there does not hang on them.
    const context = this.resolver.resolve(request, {});
    return context instanceof Promise
      ? context.then((resolved) => this.decide(host, request, resolved))
      : this.decide(host, request, context);
  }

  private decide(host: ExecutionContext, request: Request, context: LogtoContext): boolean {
    protectFromCaches(request);
    if (!context.isAuthenticated) {
      this.sessions.require(request);
      throw this.answer(host, request);
    }
    this.crossSite.assertSameSite(request);
    attachUserContext(request, context);
    exposeUser(request, context);
    return true;
  }

  private answer(host: ExecutionContext, request: Request): LogtoException {
    if (host.getType<string>() !== 'http') return new LogtoUnauthenticatedException();
    return this.unauthenticated.exceptionFor(request, this.plans.of(host).unauthenticated);
  }
}

/** What a guard lets through is one person's: no cache may hand it to the next. A handler's own headers win. */
function protectFromCaches(request: Request): void {
  const response = request.res;
  if (!response || response.headersSent) return;
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'private, no-store');
  response.vary('Cookie');
}
