import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { LogtoContext } from './logto-context.js';
import { attachContext, attachSharedContext } from './execution-context.js';
import { RequestSource } from './request-source.js';
import { RouteOptionsReader } from './route-options.js';
import { UnauthenticatedExceptionFactory } from './unauthenticated-exception-factory.js';
import { UserContextResolver } from './user-context-resolver.js';
import { asksForMore } from './with-logto.options.js';

const anonymous: LogtoContext = { isAuthenticated: false };

/** Prepares the user context of a handler: fetches what its route asks for, and attaches it. */
@Injectable()
export class HandlerContext {
  constructor(
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly plans: RouteOptionsReader,
    private readonly unauthenticated: UnauthenticatedExceptionFactory,
  ) {}

  /**
   * Attaches the user context as `req.user` and for `@AuthUser()`.
   * @returns the context; `undefined` for a transport that this library cannot read
   */
  async prepare(host: ExecutionContext): Promise<LogtoContext | undefined> {
    const request = await this.read(host);
    if (!request) {
      // The mark that there is a LogtoModule: without one `@AuthUser()` reports it as missing.
      attachSharedContext(host, anonymous);
      return undefined;
    }
    const context = await this.resolve(host, request);
    attachContext(host, request, context);
    const isShared = host.getType() !== 'http' && !this.source.isOwn(host);
    if (isShared) attachSharedContext(host, this.resolver.known(request));
    return context;
  }

  private async read(host: ExecutionContext): Promise<Request | undefined> {
    try {
      return await this.source.of(host);
    } catch (error) {
      // Public handlers work while the session store is down. A guard has asked for the session before.
      if (asksForMore(this.plans.of(host))) throw error;
      return undefined;
    }
  }

  private async resolve(host: ExecutionContext, request: Request): Promise<LogtoContext> {
    const plan = this.plans.of(host);
    if (host.getType() === 'http') this.resolver.markHandled(request);
    try {
      // A guard has refreshed old claims already. A handler without one does not wait for it.
      return await this.resolver.extended(request, plan);
    } catch (error) {
      // The sign-in has ended at Logto: answer as the guard would have.
      if (!(error instanceof LogtoUnauthenticatedException)) throw error;
      const known = this.resolver.known(request);
      if (plan.anonymousPasses && !known.isAuthenticated) return known;
      if (host.getType() !== 'http') throw error;
      throw this.unauthenticated.exceptionFor(request, plan.unauthenticated, { cause: error });
    }
  }
}
