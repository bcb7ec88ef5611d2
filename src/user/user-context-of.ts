import type { LogtoContext } from './logto-context.js';

const attached: unique symbol = Symbol('nestjs-logto.context');

interface Carrier {
  [attached]?: LogtoContext;
}

/** Remembers the context that a guard or the interceptor has decided by, for `@AuthUser()`. */
export function attachUserContext(carrier: object, context: LogtoContext): void {
  (carrier as Carrier)[attached] = context;
}

/** The context attached to a request or socket; that of nobody when none was. */
export function userContextOf(carrier: object | undefined): LogtoContext {
  const known: Carrier | undefined = carrier;
  return known?.[attached] ?? { isAuthenticated: false };
}
