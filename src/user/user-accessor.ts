import type { Request } from 'express';
import type { LogtoContext } from './logto-context.js';
import type { UserContextResolver } from './user-context-resolver.js';

const ours: unique symbol = Symbol('nestjs-logto.exposed');

const handled: unique symbol = Symbol('nestjs-logto.handled');

type ExposedRequest = Request & { [ours]?: LogtoContext; [handled]?: true };

/** Tells that every guard has let a request pass, and its handler runs next. */
export function markHandled(request: ExposedRequest): void {
  request[handled] = true;
}

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
    get(this: ExposedRequest): LogtoContext | undefined {
      const context = resolver.known(this);
      return context.isAuthenticated || (this[handled] && !('logIn' in this)) ? context : undefined;
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
  const shown: unknown = Object.hasOwn(request, 'user') ? request.user : undefined;
  const foreign = shown !== undefined && shown !== null && shown !== request[ours];
  if (foreign) return;
  if (!context.isAuthenticated && 'logIn' in request) return;
  if (request.user === context) return;
  request[ours] = context;
  define(request, context);
}

function define(request: Request, value: unknown): void {
  Object.defineProperty(request, 'user', { value, writable: true, configurable: true, enumerable: true });
}
