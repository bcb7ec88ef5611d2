import type { Request } from 'express';
import { mountedLayers, type MountedLayer } from './mounted-middleware.js';

/** Whether the app itself has mounted express-session for the path of a request. */
export function mountsExpressSession(request: Request): boolean {
  return sessionLayers(request).some((layer) => layer.match(request.path));
}

/** Whether the app itself has mounted express-session for any path. */
export function mountsExpressSessionAnywhere(request: Pick<Request, 'app'>): boolean {
  return sessionLayers(request).length > 0;
}

function sessionLayers(request: Pick<Request, 'app'>): MountedLayer[] {
  return mountedLayers(request).filter(({ handle }) => isExpressSession(handle));
}

/** By its name and by what it sets on a request: an app may well call a middleware of its own `session`. */
function isExpressSession(handle: unknown): boolean {
  return typeof handle === 'function' && handle.name === 'session' && String(handle).includes('sessionStore');
}
