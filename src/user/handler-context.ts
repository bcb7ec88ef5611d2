import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { httpRequestOf } from '../nest/http/http-request.js';
import { attachContext, attachSharedContext, hasSessionContext } from './attached-context.js';
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
   * Opens `req.user` to the handler of an HTTP request.
   * @returns whether {@link prepare} is needed too. On Express it is not if nothing has to be fetched: `req.user` and
   * `@AuthUser()` read the session by themselves, so a page that uses neither refreshes no claims.
   * @throws LogtoUnauthenticatedException if the sign-in has ended since a guard that requires one
   */
  begin(host: ExecutionContext): boolean {
    if (host.getType() !== 'http') return true;
    const request = httpRequestOf(host);
    if (!this.currentUser.markGuardsPassed(request))
      throw this.unauthenticated.create(request, this.routes.read(host).unauthenticated);
    return !hasSessionContext(request) || fetchesAnything(this.routes.read(host));
  }

  /**
   * Attaches the user context as `req.user` and for `@AuthUser()`, with what the route asks for.
   * @returns the context; `undefined` on a transport that this library cannot read
   */
  async prepare(host: ExecutionContext): Promise<LogtoContext | undefined> {
    const request = await this.getRequest(host);
    if (!request) {
      // Shows that there is a LogtoModule: without any context `@AuthUser()` reports it as missing.
      attachSharedContext(host, anonymousContext());
      return undefined;
    }
    const context = await this.resolve(host, request);
    attachContext(host, request, context);
    if (host.getType() !== 'http' && !this.source.isForked(host))
      attachSharedContext(host, this.currentUser.getContext(request));
    return context;
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
      const context = await this.resolver.resolve(request, route);
      if (!context.isAuthenticated && this.currentUser.isAdmitted(host))
        throw new LogtoUnauthenticatedException();
      return context;
    } catch (error) {
      // The sign-in has ended: respond as the guard would have.
      if (!(error instanceof LogtoUnauthenticatedException)) throw error;
      const current = this.currentUser.getContext(request);
      if (route.allowsAnonymous && !current.isAuthenticated) return current;
      if (host.getType() !== 'http') throw error;
      throw this.unauthenticated.create(request, route.unauthenticated, { cause: error });
    }
  }
}
