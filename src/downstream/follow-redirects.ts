/** A request that can be redirected. */
export interface RedirectableRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestInit['body'];
}

/** The same limit as in `fetch`. */
const maxRedirects = 20;

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows redirects as `fetch` does (Fetch standard, HTTP-redirect fetch). `fetch` itself may be a
 * custom one that also sends the credentials to another origin; this does not.
 * @param send sends one request, and does not follow redirects
 * @returns the response, and the request that it belongs to
 */
export async function followRedirects(
  request: RedirectableRequest,
  send: (request: RedirectableRequest) => Promise<Response>,
): Promise<{ response: Response; request: RedirectableRequest }> {
  let current = request;
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(current);
    const location = redirectStatuses.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return { response, request: current };
    if (redirects === maxRedirects) throw new TypeError(`${request.url.origin} redirects too often.`);
    await response.body?.cancel();
    current = redirected(current, new URL(location, current.url), response.status);
  }
}

function redirected(request: RedirectableRequest, url: URL, status: number): RedirectableRequest {
  if (!/^https?:$/.test(url.protocol))
    throw new TypeError(`${request.url.origin} redirects to a ${url.protocol} URL.`);
  const headers = new Headers(request.headers);
  if (url.origin !== request.url.origin)
    for (const name of ['authorization', 'cookie', 'proxy-authorization', 'host']) headers.delete(name);
  const { method, body } = request;
  const isPost = (status === 301 || status === 302) && method === 'POST';
  if (isPost || (status === 303 && method !== 'GET' && method !== 'HEAD')) {
    for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type'])
      headers.delete(name);
    return { url, method: 'GET', headers, body: undefined };
  }
  if (!isReplayable(body)) throw new TypeError(`A redirect cannot be followed with a stream as the body.`);
  return { url, method, headers, body };
}

/** Whether a body can be sent again. A stream cannot. */
export function isReplayable(body: RequestInit['body']): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}
