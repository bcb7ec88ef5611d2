import type { Request } from 'express';
import type { CurrentUser } from './current-user.js';
import type { LogtoContext } from './logto-context.js';

const ours: unique symbol = Symbol('nestjs-logto.exposed');

type ExposedRequest = Request & { [ours]?: LogtoContext };

/**
 * Defines `req.user`: the signed-in user from the first middleware on. In handlers it is also set for anonymous requests.
 * In guards it is not, because a guard would take any object for a user. One accessor on the prototype of the app's
 * requests costs nothing per request, and an assignment (Passport) replaces it.
 * @param prototype `request` of the Express application
 */
export function defineUserAccessor(prototype: object, currentUser: CurrentUser): void {
  Object.defineProperty(prototype, 'user', {
    configurable: true,
    enumerable: true,
    get(this: Request): LogtoContext | undefined {
      const context = currentUser.getContext(this);
      const isShown = context.isAuthenticated || (currentUser.haveGuardsPassed(this) && !usesPassport(this));
      return isShown ? context : undefined;
    },
    set(this: Request, value: unknown) {
      define(this, value);
    },
  });
}

/** Sets `req.user` to a context, unless another library has set it, or Passport is used and the user is anonymous. */
export function exposeUser(request: ExposedRequest, context: LogtoContext): void {
  // The accessor has the same context already.
  if (request.user === context) return;
  const present: unknown = Object.hasOwn(request, 'user') ? request.user : undefined;
  const isForeign = present !== undefined && present !== null && present !== request[ours];
  if (isForeign || (!context.isAuthenticated && usesPassport(request))) return;
  request[ours] = context;
  define(request, context);
}

/** Whether the app uses Passport, whose `req.isAuthenticated()` takes any object for a user, even an anonymous one. */
function usesPassport(request: Request): boolean {
  return 'logIn' in request;
}

function define(request: Request, value: unknown): void {
  Object.defineProperty(request, 'user', { value, writable: true, configurable: true, enumerable: true });
}
