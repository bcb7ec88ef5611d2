import type { Request, Response } from 'express';
import type { Credential } from '../user/with-logto.options.js';

/**
 * Keeps caches from handing the answer of a guarded route to somebody else, whatever a middleware has set before. A
 * handler's own headers come later, and win.
 */
export function protectFromCaches(request: Request, accept: readonly Credential[]): void {
  const response = request.res;
  if (!response || response.headersSent) return;
  response.setHeader('Cache-Control', 'private, no-store');
  if (accept.includes('session')) vary(response, 'Cookie');
  if (accept.includes('bearer')) vary(response, 'Authorization');
}

/** `response.vary` parses what is there first, even if nothing is. */
function vary(response: Response, header: string): void {
  if (response.hasHeader('Vary')) response.vary(header);
  else response.setHeader('Vary', header);
}
