import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { LogtoContext } from './logto-context.js';
import { attachContext, attachSharedContext } from './execution-context.js';
import type { RequestSource } from './request-source.js';
import type { RoutePlans } from './route-plan.js';
import type { Unauthenticated } from './unauthenticated.js';
import type { UserContextResolver } from './user-context-resolver.js';
import { asksForMore } from './with-logto.options.js';

/** Gets ready what a handler has asked to know of its user. */
export class HandlerContext {
  constructor(
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly plans: RoutePlans,
    private readonly unauthenticated: Unauthenticated,
  ) {}

  /**
   * Attaches the user context as `req.user` and for `@AuthUser()`.
   * @returns the context, a promise only where something has to be waited for
   */
  prepare(host: ExecutionContext): LogtoContext | Promise<LogtoContext> | undefined {
    const request = this.source.of(host);
    if (!request) {
      // Tells that LogtoModule is here: without a mark `@AuthUser()` takes it for missing.
      attachSharedContext(host, { isAuthenticated: false });
      return undefined;
    }
    return request instanceof Promise ? this.resolveLater(host, request) : this.resolve(host, request);
  }

  private async resolveLater(host: ExecutionContext, reading: Promise<Request>): Promise<LogtoContext> {
    const request = await reading.catch((error: unknown) => {
      // Handlers that anybody may call work without the session store; a guard has asked for it before.
      if (asksForMore(this.plans.of(host))) throw error;
    });
    if (request) return this.resolve(host, request);
    const nobody = { isAuthenticated: false };
    attachSharedContext(host, nobody);
    return nobody;
  }

  private resolve(host: ExecutionContext, request: Request): LogtoContext | Promise<LogtoContext> {
    const plan = this.plans.of(host);
    // Claims that a guard has decided by are young already; for the others nobody waits.
    const context = this.resolver.extended(request, plan);
    if (!(context instanceof Promise)) return this.attach(host, request, context);
    return context.then(
      (resolved) => this.attach(host, request, resolved),
      (error: unknown) => {
        // Refused while it fetched what was asked for: answered as the guard would have.
        if (!(error instanceof LogtoUnauthenticatedException)) throw error;
        const known = this.resolver.known(request);
        if (plan.anonymousPasses && !known.isAuthenticated) return this.attach(host, request, known);
        if (host.getType() !== 'http') throw error;
        throw this.unauthenticated.exceptionFor(request, plan.unauthenticated, { cause: error });
      },
    );
  }

  private attach(host: ExecutionContext, request: Request, context: LogtoContext): LogtoContext {
    attachContext(host, request, context);
    const isShared = host.getType() !== 'http' && !this.source.isOwn(host);
    if (isShared) attachSharedContext(host, this.resolver.known(request));
    return context;
  }
}
