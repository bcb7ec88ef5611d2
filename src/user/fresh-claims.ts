import type { RequestHandler } from 'express';
import type { UserContextResolver } from './user-context-resolver.js';

/** Refreshes claims that are too old to decide anything, before anybody reads `req.user`. */
export function freshClaims(resolver: UserContextResolver): RequestHandler {
  return (request, _response, next) => {
    const context = resolver.resolve(request, {});
    if (context instanceof Promise) context.then(() => next(), next);
    else next();
  };
}
