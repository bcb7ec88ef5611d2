import type { Request, Response } from 'express';
import type { Credential } from '../options/credential.js';

/**
 * Sets the headers that keep caches from serving a guarded route's response to another user. They override those of a
 * middleware; a handler's own come later and override these.
 */
export function protectFromCaches(request: Request, accept: readonly Credential[]): void {
  const response = request.res;
  if (!response || response.headersSent) return;
  response.setHeader('Cache-Control', 'private, no-store');
  if (accept.includes('session')) vary(response, 'Cookie');
  if (accept.includes('bearer')) vary(response, 'Authorization');
}

/** Adds a name to the `Vary` header. `response.vary` is slower: it parses the header even if there is none. */
function vary(response: Response, header: string): void {
  if (response.hasHeader('Vary')) response.vary(header);
  else response.setHeader('Vary', header);
}
