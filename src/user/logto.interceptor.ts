import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { from, switchMap, type Observable } from 'rxjs';
import { runWithContext } from './execution-context.js';
import { HandlerContext } from './handler-context.js';
import type { LogtoContext } from './logto-context.js';

/**
 * Fetches what `@WithLogto` asks for before the handler runs, and puts it on `req.user`. `@WithLogto` applies it by
 * itself; the module applies it everywhere, before every other interceptor, when its options ask for more than the
 * session tells, when the app has gateways or resolvers, and when an interceptor of the app's own would come first.
 */
@Injectable()
export class LogtoInterceptor implements NestInterceptor {
  constructor(private readonly context: HandlerContext) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    const prepared = this.context.prepare(host);
    const proceed = (context: LogtoContext | undefined): Observable<unknown> =>
      runWithContext(host, context, () => next.handle());
    return prepared instanceof Promise ? from(prepared).pipe(switchMap(proceed)) : proceed(prepared);
  }
}
