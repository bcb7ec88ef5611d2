import type { Application } from 'express';

/** A middleware function or a route in an Express router. */
export interface RouterLayer {
  readonly handle?: unknown;
  readonly route?: { readonly methods: Partial<Record<string, boolean>> };
  match(path: string): boolean;
}

/**
 * What an Express app has mounted, in order. Nothing for the handshake of a socket, which has no app.
 *
 * Undocumented: `app.router.stack`, and `handle`, `route.methods` and `match()` of its layers. This can go when Express
 * has an API that lists them.
 */
export function routerLayers(app: Application | undefined): readonly RouterLayer[] {
  const { router } = (app ?? {}) as { router?: { stack?: RouterLayer[] } };
  return router?.stack ?? [];
}

/** The function names of the middleware that an Express app has mounted, in order. */
export function middlewareNames(app: Application | undefined): string[] {
  return routerLayers(app).map(({ handle }) => (typeof handle === 'function' ? handle.name : ''));
}
