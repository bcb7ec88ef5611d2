import type { Request } from 'express';

/** Values of `Sec-Fetch-Dest` for what a browser shows to the user, rather than loads into a page. */
const documents: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'fencedframe']);

/**
 * The kind of a request, according to its headers: a navigation of a browser, a request of a page (an image, a script or a
 * prefetch), a request of a client that is not a browser, or one of the latter two.
 */
type RequestKind = 'navigation' | 'subresource' | 'non-browser' | 'subresource or non-browser';

/** Whether a browser shows the response to the user (Fetch Metadata, or `Accept` from clients that do not send it). */
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

/** Whether a page of another site has made the request, for example for a frame, and not a link that the user followed. */
export function isFrameOfAnotherSite({ headers }: Request): boolean {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return headers['sec-fetch-site'] === 'cross-site' && !isDocument;
}

/** The kind of a request to a route that users navigate to. */
export function requestKindOf({ headers }: Request): RequestKind {
  if (isPrefetch(headers) || headers['x-requested-with'] === 'XMLHttpRequest') return 'subresource';
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (mode === 'navigate')
    return destination === undefined || documents.has(destination) ? 'navigation' : 'subresource';
  // Browsers send all of these headers or none. Node's `fetch` sends only the mode.
  if (destination !== undefined || headers['sec-fetch-site'] !== undefined) return 'subresource';
  if (mode !== undefined) return mode === 'cors' ? 'subresource or non-browser' : 'subresource';
  return requestKindByAccept(headers.accept);
}

/**
 * The kind of a request without those headers: Safari before 16.4, any browser over plain http, or no browser. Browsers
 * always send `Accept`: with `text/html` for a page to show, with a wildcard for what they load into one.
 */
function requestKindByAccept(accept: string | undefined): RequestKind {
  if (accept?.includes('text/html')) return 'navigation';
  if (accept?.trim() === '*/*') return 'subresource or non-browser';
  return /\*|image\/|text\/css/.test(accept ?? '') ? 'subresource' : 'non-browser';
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
