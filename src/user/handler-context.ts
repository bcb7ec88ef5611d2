import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { attachContext, attachSharedContext } from './attached-context.js';
import { CurrentUser } from './current-user.js';
import { anonymousContext, type LogtoContext } from './logto-context.js';
import { RequestSource } from './request-source.js';
import { RouteOptionsReader } from './route-options.js';
import { UnauthenticatedExceptionFactory } from './unauthenticated-exception-factory.js';
import { fetchesAnything, UserContextResolver } from './user-context-resolver.js';

/** Prepares the user context of a handler: fetches what its route asks for, and attaches it. */
@Injectable()
export class HandlerContext {
  constructor(
    private readonly source: RequestSource,
    private readonly currentUser: CurrentUser,
    private readonly resolver: UserContextResolver,
    private readonly routes: RouteOptionsReader,
    private readonly unauthenticated: UnauthenticatedExceptionFactory,
  ) {}

  /**
   * Attaches the user context as `req.user` and for `@AuthUser()`.
   * @returns the context; `undefined` on a transport that this library cannot read
   */
  async prepare(host: ExecutionContext): Promise<LogtoContext | undefined> {
    const request = await this.getRequest(host);
    if (!request) {
      // Shows that there is a LogtoModule: without any context `@AuthUser()` reports it as missing.
      attachSharedContext(host, anonymousContext());
      return undefined;
    }
    const isHttp = host.getType() === 'http';
    if (isHttp) this.currentUser.markGuardsPassed(request);
    const context = await this.resolve(host, request);
    attachContext(host, request, context);
    if (!isHttp && !this.source.isForked(host)) attachSharedContext(host, this.currentUser.of(request));
    return context;
  }

  /**
   * Whether there is nothing to prepare: over HTTP `req.user` and `@AuthUser()` read the session by themselves, so that a
   * page that uses neither refreshes no claims. Not a promise, which costs a tenth of a small request.
   */
  isPrepared(host: ExecutionContext): boolean {
    if (host.getType() !== 'http' || fetchesAnything(this.routes.read(host))) return false;
    this.currentUser.markGuardsPassed(host.switchToHttp().getRequest<Request>());
    return true;
  }

  private async getRequest(host: ExecutionContext): Promise<Request | undefined> {
    try {
      return await this.source.getRequest(host);
    } catch (error) {
      // Public handlers work while the session store is down. For others a guard has read the session before.
      if (fetchesAnything(this.routes.read(host))) throw error;
      return undefined;
    }
  }

  private async resolve(host: ExecutionContext, request: Request): Promise<LogtoContext> {
    const route = this.routes.read(host);
    try {
      // A guard has refreshed outdated claims already. A handler without a guard does not wait for a refresh.
      return await this.resolver.resolve(request, route);
    } catch (error) {
      // The sign-in has ended at Logto: answer as the guard would have.
      if (!(error instanceof LogtoUnauthenticatedException)) throw error;
      const current = this.currentUser.of(request);
      if (route.allowsAnonymous && !current.isAuthenticated) return current;
      if (host.getType() !== 'http') throw error;
      throw this.unauthenticated.create(request, route.unauthenticated, { cause: error });
    }
  }
}
