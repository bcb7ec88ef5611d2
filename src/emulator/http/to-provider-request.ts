import type { HttpExchange } from './http-exchange.js';

/** Endpoints that accept both GET and a posted form. */
const formEndpoints = new Set(['/auth', '/session/end']);

/**
 * Rewrites a request as Logto's middleware does before its provider: a posted authorization or end session request
 * becomes a GET, a JSON body is ignored, and a comma-separated `resource` is split.
 *
 * @param mount - The path at which the provider is mounted.
 */
export function toProviderRequest({ req, body }: HttpExchange, mount: string): void {
  const type = req.headers['content-type'] ?? '';
  if (req.method === 'POST' && type.startsWith('application/json')) {
    const { 'content-type': _type, 'content-length': _length, ...headers } = req.headers;
    req.headers = headers;
  }
  const url = new URL(req.url ?? '/', 'http://localhost');
  url.pathname = url.pathname.slice(mount.length);
  if (
    req.method === 'POST' &&
    formEndpoints.has(url.pathname) &&
    type.startsWith('application/x-www-form-urlencoded')
  ) {
    req.method = 'GET';
    url.search = body.toString('utf8');
  }
  const resources = url.searchParams.getAll('resource').flatMap((value) => value.split(','));
  url.searchParams.delete('resource');
  for (const resource of resources) {
    url.searchParams.append('resource', resource);
  }
  req.url = url.pathname + url.search;
  // The provider derives its mount path from the difference.
  req.originalUrl = mount + req.url;
}
