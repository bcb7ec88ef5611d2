import { markCopy } from '../nest/package-copy.js';
import type { LogtoContext } from './logto-context.js';

const attached: unique symbol = Symbol('nestjs-logto.context');
const ofSession: unique symbol = Symbol('nestjs-logto.session-context');

interface Carrier {
  [attached]?: LogtoContext;
  readonly [ofSession]?: LogtoContext;
}

/** Remembers the context that a guard or the interceptor has decided by, for `@AuthUser()`. */
export function attachUserContext(carrier: object, context: LogtoContext): void {
  // A property costs much on a request: none for what its session says already.
  if (knownContextOf(carrier) !== context) (carrier as Carrier)[attached] = context;
}

/** Lets every request tell what its session does, where no guard and no interceptor has looked. */
export function defineSessionContext<T extends object>(
  prototype: T,
  contextOf: (request: T) => LogtoContext,
): void {
  markCopy(prototype);
  Object.defineProperty(prototype, ofSession, {
    configurable: true,
    get(this: T) {
      return contextOf(this);
    },
  });
}

/** The context attached to a carrier. */
export function attachedContextOf(carrier: Carrier | undefined): LogtoContext | undefined {
  return carrier?.[attached];
}

/** The context attached to a request or socket, or the session's; `undefined` where no LogtoModule has seen it. */
export function knownContextOf(carrier: Carrier | undefined): LogtoContext | undefined {
  return carrier?.[attached] ?? carrier?.[ofSession];
}
