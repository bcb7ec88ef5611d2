import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { from, switchMap, type Observable } from 'rxjs';
import type { LogtoContext } from './logto-context.js';
import { requestOf } from './request-of.js';
import { RoutePlans } from './route-plan.js';
import { attachUserContext } from './user-context-of.js';
import { UserContextResolver } from './user-context-resolver.js';
import { exposeUser } from './user-accessor.js';

/** Attaches the user context to every request that a handler sees: as `req.user`, and for `@AuthUser()`. */
@Injectable()
export class LogtoInterceptor implements NestInterceptor {
  constructor(
    private readonly resolver: UserContextResolver,
    private readonly plans: RoutePlans,
  ) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = requestOf(host);
    if (!request) return next.handle();
    const context = this.resolver.resolve(request, this.plans.of(host));
    if (!(context instanceof Promise)) {
      attach(request, context);
      return next.handle();
    }
    return from(context).pipe(
      switchMap((resolved) => {
        attach(request, resolved);
        return next.handle();
      }),
    );
  }
}

function attach(request: Request, context: LogtoContext): void {
  attachUserContext(request, context);
  exposeUser(request, context);
}
