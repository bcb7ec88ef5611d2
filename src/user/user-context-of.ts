import type { Request } from 'express';
import type { LogtoContext } from './logto-context.js';

const attached: unique symbol = Symbol('nestjs-logto.context');

type RequestWithContext = Request & { [attached]?: LogtoContext };

/** Remembers the context that a guard or the interceptor has decided by, for `@AuthUser()`. */
export function attachUserContext(request: Request, context: LogtoContext): void {
  (request as RequestWithContext)[attached] = context;
}

/** The context attached to the request; that of nobody when none was. */
export function userContextOf(request: Request | undefined): LogtoContext {
  return (request as RequestWithContext | undefined)?.[attached] ?? { isAuthenticated: false };
}

/** Whether a guard or the interceptor has been here. */
export function hasUserContext(request: Request): boolean {
  return (request as RequestWithContext)[attached] !== undefined;
}
