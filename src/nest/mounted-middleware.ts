import type { Request } from 'express';

/** A layer of Express 5's router, which has no types for it. */
export interface MountedLayer {
  readonly handle?: unknown;
  match(path: string): boolean;
}

/** What the app of a request has mounted, in its order. */
export function mountedLayers(request: Pick<Request, 'app'>): MountedLayer[] {
  const app = request.app as unknown as { router?: { stack?: MountedLayer[] } } | undefined;
  return app?.router?.stack ?? [];
}

/** The names of the middleware functions that the app of a request has mounted, in their order. */
export function mountedMiddleware(request: Pick<Request, 'app'>): string[] {
  return mountedLayers(request).map(({ handle }) => (typeof handle === 'function' ? handle.name : ''));
}
