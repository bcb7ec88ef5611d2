import type { Response } from 'express';

/**
 * Sends a page of the module's own, which may load and run nothing. It is no cache's to keep, and the policy that the
 * app has for its own pages does not apply to it.
 */
export function sendPage(response: Response, page: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.type('html').send(page);
}
