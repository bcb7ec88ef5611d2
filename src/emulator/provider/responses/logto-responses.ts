import type { KoaContextWithOIDC } from 'oidc-provider';

import { toLogtoError } from './to-logto-error.js';

/** Koa middleware that changes the provider's responses to those of Logto. */
export async function logtoResponses(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  const { method, path } = ctx;
  await next();
  if (ctx.status === 404 && (ctx.body === undefined || ctx.body === null)) {
    // The provider leaves unknown routes to the application that it is mounted in.
    const description = `unrecognized route or not allowed method (${method} on ${path})`;
    ctx.status = 404;
    ctx.body = { error: 'invalid_request', error_description: description };
  }
  const { body } = ctx;
  if (ctx.status >= 400 && body !== null && typeof body === 'object' && 'error' in body) {
    ctx.body = toLogtoError({ ...body });
  }
  if (path === '/jwks') ctx.set('cache-control', 'no-cache, max-age=0, must-revalidate');
}
