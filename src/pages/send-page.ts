import type { Response } from 'express';

/**
 * Sends one of the module's pages. It is not cached, and its Content-Security-Policy, which forbids loading and running
 * anything, replaces the app's.
 */
export function sendPage(response: Response, page: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.type('html').send(page);
}
