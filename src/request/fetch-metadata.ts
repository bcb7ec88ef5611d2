import type { Request } from 'express';

/** Values of `Sec-Fetch-Dest` for what a browser shows to a person, rather than loads into a page. */
const documents: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'fencedframe']);

/**
 * Who has sent a request, according to its headers: a person who navigates, a page (an image, a script or a prefetch), a
 * program that is not a browser, or one of the latter two.
 */
type Sender = 'person' | 'page' | 'program' | 'page or program';

/** Whether a browser shows the response to a person (Fetch Metadata, or `Accept` from clients that do not send it). */
export function isNavigation(request: Request): boolean {
  if (request.headers['sec-fetch-mode'] !== undefined) return sendsNavigationHeader(request);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && (request.headers.accept ?? '').includes('text/html');
}

/** Whether a request is certainly a browser's navigation: other clients have no tabs. */
export function sendsNavigationHeader({ headers }: Request): boolean {
  return headers['sec-fetch-mode'] === 'navigate';
}

/** Whether the user has just clicked or typed. */
export function isClick({ headers }: Request): boolean {
  return headers['sec-fetch-user'] === '?1';
}

/** Whether a page of another site has made the request, for example for a frame, and not a link that a person followed. */
export function isFrameOfAnotherSite({ headers }: Request): boolean {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return headers['sec-fetch-site'] === 'cross-site' && !isDocument;
}

/** Who has sent a request to a route that a person is meant to navigate to. */
export function senderOf({ headers }: Request): Sender {
  if (isPrefetch(headers) || headers['x-requested-with'] === 'XMLHttpRequest') return 'page';
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (mode === 'navigate') return destination === undefined || documents.has(destination) ? 'person' : 'page';
  // Browsers send all of these headers or none. Node's `fetch` sends only the mode.
  if (destination !== undefined || headers['sec-fetch-site'] !== undefined) return 'page';
  if (mode !== undefined) return mode === 'cors' ? 'page or program' : 'page';
  return senderByAccept(headers.accept);
}

/**
 * The sender of a request without those headers: Safari before 16.4, any browser over plain http, or no browser. Browsers
 * always send `Accept`: with `text/html` for a page to show, with a wildcard for what they load into one.
 */
function senderByAccept(accept: string | undefined): Sender {
  if (accept?.includes('text/html')) return 'person';
  if (accept?.trim() === '*/*') return 'page or program';
  return /\*|image\/|text\/css/.test(accept ?? '') ? 'page' : 'program';
}

/**
 * Whether a request is a prefetch: by `Sec-Purpose` of browsers, `X-Sec-Purpose` of Turbo, `Purpose`, `X-Purpose` and
 * `X-Moz` of older browsers, `Next-Router-Prefetch`, `HX-Preloaded` and similar headers.
 */
function isPrefetch(headers: Request['headers']): boolean {
  return Object.entries(headers).some(
    ([name, value]) =>
      /prefetch|preload|prerender/.test(name) ||
      (/(?:^|-)purpose$|^x-moz$/.test(name) && /prefetch|preview|prerender|preload/i.test(String(value))),
  );
}
