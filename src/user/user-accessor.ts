import type { Request } from 'express';
import type { LogtoContext } from './logto-context.js';
import type { UserContextResolver } from './user-context-resolver.js';

const ours: unique symbol = Symbol('nestjs-logto.exposed');

type ExposedRequest = Request & { [ours]?: LogtoContext };

/**
 * Makes `req.user` answer for a signed-in user from the first middleware on, and for nobody in handlers: a
 * guard would take any object for a user. One accessor on the prototype of the app's requests costs nothing
 * per request; whoever assigns `req.user` (Passport) shadows it.
 * @param prototype `request` of the Express application
 */
export function defineUserAccessor(prototype: object, resolver: UserContextResolver): void {
  Object.defineProperty(prototype, 'user', {
    configurable: true,
    enumerable: true,
    get(this: Request): LogtoContext | undefined {
      const context = resolver.known(this);
      const shown = context.isAuthenticated || (resolver.isHandled(this) && !('logIn' in this));
      return shown ? context : undefined;
    },
    set(this: Request, value: unknown) {
      define(this, value);
    },
  });
}

/**
 * Puts a handler's full context on `req.user`, unless another library has put its user there. Where Passport
 * is on the request nobody stays nobody: `req.isAuthenticated()` would take any object for a user.
 */
export function exposeUser(request: ExposedRequest, context: LogtoContext): void {
  // The accessor says the same already.
  if (request.user === context) return;
  const shown: unknown = Object.hasOwn(request, 'user') ? request.user : undefined;
  const foreign = shown !== undefined && shown !== null && shown !== request[ours];
  if (foreign) return;
  if (!context.isAuthenticated && 'logIn' in request) return;
  request[ours] = context;
  define(request, context);
}

function define(request: Request, value: unknown): void {
  Object.defineProperty(request, 'user', { value, writable: true, configurable: true, enumerable: true });
}
