import type { Request } from 'express';
import { isLoopback } from '../options/resolve/is-loopback.js';
import type { BasePath } from '../request/base-path.js';
import { requestUrl } from '../request/request-url.js';

const movedParameter = 'moved';

/**
 * The URL of a request with the host of `baseUrl`, if the request came to another loopback name. The callback goes to
 * `baseUrl`, where the browser does not send the cookie of `127.0.0.1`. Only for loopback names, because proxies
 * rewrite others, and only once, because a proxy may rewrite these too.
 */
export function canonicalUrl(request: Request, baseUrl: string, basePath: BasePath): URL | undefined {
  const base = new URL(baseUrl);
  const { host } = request.headers;
  if (host === undefined || !isLoopback(base.hostname) || !URL.canParse(`http://${host}`)) return undefined;
  const { hostname } = new URL(`http://${host}`);
  if (!isLoopback(hostname) || hostname === base.hostname) return undefined;
  // If the request target is a whole URL, only its path counts.
  const { pathname, search } = requestUrl(request, baseUrl);
  const url = new URL(`${base.origin}${basePath.strippedFrom(request)}${pathname}${search}`);
  if (url.searchParams.has(movedParameter)) return undefined;
  url.searchParams.set(movedParameter, '1');
  return url;
}
