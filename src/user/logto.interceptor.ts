import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { from, switchMap, type Observable } from 'rxjs';
import { LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { LogtoContext } from './logto-context.js';
import { carrierOf, RequestSource } from './request-source.js';
import { RoutePlans } from './route-plan.js';
import { Unauthenticated } from './unauthenticated.js';
import { attachUserContext } from './user-context-of.js';
import { UserContextResolver } from './user-context-resolver.js';
import { exposeUser } from './user-accessor.js';

/** Attaches the user context to every request that a handler sees: as `req.user`, and for `@AuthUser()`. */
@Injectable()
export class LogtoInterceptor implements NestInterceptor {
  constructor(
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly plans: RoutePlans,
    private readonly unauthenticated: Unauthenticated,
  ) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = this.source.of(host);
    if (!request) return next.handle();
    const context =
      request instanceof Promise ? this.resolveLater(host, request) : this.resolve(host, request);
    if (!(context instanceof Promise)) return next.handle();
    return from(context).pipe(switchMap(() => next.handle()));
  }

  private async resolveLater(host: ExecutionContext, request: Promise<Request>): Promise<void> {
    await this.resolve(host, await request);
  }

  /** Resolves at once where nothing has to be waited for: the ordinary request. */
  private resolve(host: ExecutionContext, request: Request): Promise<void> | undefined {
    const plan = this.plans.of(host);
    const context = this.resolver.resolve(request, plan);
    if (!(context instanceof Promise)) {
      attach(host, request, context);
      return undefined;
    }
    return context.then(
      (resolved) => attach(host, request, resolved),
      (error: unknown) => {
        // Refused while it fetched what was asked for: answered as the guard would have.
        if (!(error instanceof LogtoUnauthenticatedException) || host.getType() !== 'http') throw error;
        throw this.unauthenticated.exceptionFor(request, plan.unauthenticated, { cause: error });
      },
    );
  }
}

function attach(host: ExecutionContext, request: Request, context: LogtoContext): void {
  attachUserContext(carrierOf(host) ?? request, context);
  exposeUser(request, context);
}
