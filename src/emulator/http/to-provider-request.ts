import type { HttpExchange } from './http-exchange.js';

/** Endpoints that Logto lets be reached by GET and by a posted form alike. */
const postedAsGet = new Set(['/auth', '/session/end']);

/**
 * Rewrites a request to what Logto's own middleware hands to its provider: a posted authorization or end session
 * request becomes a GET, a JSON body counts as none, and one `resource` may name several, with commas between them.
 *
 * @param mount - The path that the provider is mounted at.
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
    postedAsGet.has(url.pathname) &&
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
  // The provider finds out where it is mounted by comparing the two.
  req.originalUrl = mount + req.url;
}
