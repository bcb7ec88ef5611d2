import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';

/** What a browser loads into a page rather than shows as one. `empty` is a script's own `fetch`. */
const documents: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'fencedframe', 'empty']);

/**
 * Refuses what another site makes a browser load where a person sees nothing of it: its scripts and frames. A link of
 * another site's is a person's to follow.
 * @throws LogtoException `not_a_navigation`, 403
 */
export function assertNotEmbedded({ headers }: Request): void {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (headers['sec-fetch-site'] === 'cross-site' && !isDocument) throw notANavigation();
}

/**
 * Refuses what no person asked for: a prefetch, an `<img src>`, a HEAD of a link checker.
 * @throws LogtoException `not_a_navigation`, 403
 */
export function assertNavigation({ method, headers }: Request): void {
  const purpose = [headers['sec-purpose'], headers.purpose, headers['x-purpose'], headers['x-moz']].join(' ');
  const destination = headers['sec-fetch-dest'];
  const loaded = typeof destination === 'string' && !documents.has(destination);
  if (method === 'GET' && !loaded && !/prefetch|preview|prerender/i.test(purpose)) return;
  throw notANavigation();
}

function notANavigation(): LogtoException {
  return new LogtoException(
    'not_a_navigation',
    'This address signs people in or out, and does so only when a person opens it: not for a prefetch or an embedded resource.',
    { status: 403 },
  );
}
