import type { KoaContextWithOIDC } from 'oidc-provider';

import { toLogtoError } from './error-body.js';

/** Koa middleware that gives the provider's answers the form that Logto's have. */
export async function logtoAnswers(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  await next();
  const { body } = ctx;
  if (ctx.status >= 400 && body !== null && typeof body === 'object' && 'error' in body) {
    ctx.body = toLogtoError({ ...body });
  }
  if (ctx.path === '/jwks') {
    ctx.set('cache-control', 'no-cache, max-age=0, must-revalidate');
  }
}
