import type { Application } from 'express';
import { routerLayers } from './router-layers.js';

/**
 * Whether an Express app has a route for GET requests to a path. Middleware that may respond to them does not count.
 *
 * Undocumented: the flag `_all` of routes that `app.all()` adds, besides {@link routerLayers}, with which this can go.
 */
export function hasGetRoute(app: Application, path: string): boolean {
  return routerLayers(app).some((layer) => {
    const { get = false, _all: all = false } = layer.route?.methods ?? {};
    return (get || all) && layer.match(path);
  });
}
