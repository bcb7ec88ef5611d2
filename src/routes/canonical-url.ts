import type { Request } from 'express';
import { isLoopback } from '../options/logto-options-schema.js';
import type { BasePath } from '../session/base-path.js';
import { requestUrl } from '../session/request-url.js';

const movedMark = 'moved';

/**
 * The same address under `baseUrl`'s name, when the app was reached by another loopback name: the callback will
 * come to `baseUrl`, where the cookie of `127.0.0.1` is not sent. Loopback names only, for proxies rewrite the
 * others, and once only, for a proxy may rewrite these too.
 */
export function canonicalUrl(request: Request, baseUrl: string, basePath: BasePath): URL | undefined {
  const base = new URL(baseUrl);
  const { host } = request.headers;
  if (host === undefined || !isLoopback(base.hostname) || !URL.canParse(`http://${host}`)) return undefined;
  const { hostname } = new URL(`http://${host}`);
  if (!isLoopback(hostname) || hostname === base.hostname) return undefined;
  // Of a request target that is a whole URL only the path is followed.
  const { pathname, search } = requestUrl(request, baseUrl);
  const url = new URL(`${base.origin}${basePath.strippedFrom(request)}${pathname}${search}`);
  if (url.searchParams.has(movedMark)) return undefined;
  url.searchParams.set(movedMark, '1');
  return url;
}
