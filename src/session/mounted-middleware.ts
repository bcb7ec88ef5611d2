import type { Request } from 'express';

/** The names of the middleware functions that the app of a request has mounted, in their order. */
export function mountedMiddleware(request: Request): string[] {
  const app = request.app as unknown as { router?: { stack?: { handle?: { name?: string } }[] } } | undefined;
  return app?.router?.stack?.map(({ handle }) => handle?.name ?? '') ?? [];
}
