import type { Request } from 'express';
import { routerLayers, type RouterLayer } from './router-layers.js';

/** Whether the app has mounted express-session for the path of a request. */
export function mountsExpressSession(request: Request): boolean {
  return sessionLayers(request).some((layer) => layer.match(request.path));
}

/** Whether the app has mounted express-session for any path. */
export function mountsExpressSessionAnywhere(request: Pick<Request, 'app'>): boolean {
  return sessionLayers(request).length > 0;
}

function sessionLayers({ app }: Pick<Request, 'app'>): RouterLayer[] {
  return routerLayers(app).filter(({ handle }) => isExpressSession(handle));
}

/**
 * Whether a middleware is express-session's. You may have one of your own that is called `session`.
 *
 * Undocumented: its name, and that its code sets `request.sessionStore`. This can go when express-session marks it.
 */
function isExpressSession(handle: unknown): boolean {
  return typeof handle === 'function' && handle.name === 'session' && String(handle).includes('sessionStore');
}
