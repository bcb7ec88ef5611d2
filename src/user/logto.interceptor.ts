import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { from, switchMap, type Observable } from 'rxjs';
import { moduleMissingFor, refuseSetup } from '../nest/module-missing.js';
import { markCopy } from '../nest/package-copy.js';
import { runWithContext } from './execution-context.js';
import { HandlerContext } from './handler-context.js';
import type { LogtoContext } from './logto-context.js';

/**
 * Fetches what `@WithLogto` asks for before the handler runs, and puts it on `req.user`. `@WithLogto` applies it by
 * itself; the module applies it everywhere, before every other interceptor, when its options ask for more than the
 * session tells, when the app has gateways or resolvers, and when an interceptor of the app's own would come first.
 */
@markCopy
@Injectable()
export class LogtoInterceptor implements NestInterceptor, OnModuleInit {
  @Inject(ModulesContainer)
  private readonly modules: ModulesContainer | undefined;

  // Optional, so that Nest lets this class explain what is missing.
  constructor(@Optional() private readonly context?: HandlerContext) {}

  /** Fails the start of an app without LogtoModule. */
  onModuleInit(): void {
    if (!this.context) throw moduleMissingFor(this, this.modules);
  }

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.context) return refuseSetup(moduleMissingFor(this, this.modules));
    const prepared = this.context.prepare(host);
    const proceed = (context: LogtoContext | undefined): Observable<unknown> =>
      runWithContext(host, context, () => next.handle());
    return prepared instanceof Promise ? from(prepared).pipe(switchMap(proceed)) : proceed(prepared);
  }
}
