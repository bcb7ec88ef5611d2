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
import type { Observable } from 'rxjs';
import { moduleMissingFor, logAndThrow } from '../nest/module-missing.js';
import { markCopy } from '../nest/package-copy.js';
import { runWithContext } from './attached-context.js';
import { HandlerContext } from './handler-context.js';

/**
 * Attaches the user context as `req.user`, with what `@WithLogto` asks for. The module registers it globally, before all
 * other interceptors.
 */
@markCopy
@Injectable()
export class LogtoInterceptor implements NestInterceptor, OnModuleInit {
  @Inject(ModulesContainer)
  private readonly modules: ModulesContainer | undefined;

  // Optional, so that this class can report a missing LogtoModule itself.
  constructor(@Optional() private readonly context?: HandlerContext) {}

  /** Fails the start of an app without LogtoModule. */
  onModuleInit(): void {
    if (!this.context) throw moduleMissingFor(this, this.modules);
  }

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const { context } = this;
    if (!context) return logAndThrow(moduleMissingFor(this, this.modules));
    if (!context.begin(host)) return next.handle();
    return context.prepare(host).then((user) => runWithContext(host, user, () => next.handle()));
  }
}
