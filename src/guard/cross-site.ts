import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Refuses requests that another site makes a browser send with this app's session cookie. */
export class CrossSite {
  private readonly allowed: ReadonlySet<string>;

  constructor(options: Pick<ResolvedLogtoOptions, 'client' | 'allowedOrigins'>) {
    const own = options.client ? [new URL(options.client.baseUrl).origin] : [];
    this.allowed = new Set([...own, ...options.allowedOrigins]);
  }

  /**
   * For unsafe methods: an allowed `Origin` passes, then `Sec-Fetch-Site: cross-site` does not, then any other
   * `Origin` does not where that header is missing. Neither header (curl, native clients) passes.
   * @throws LogtoException `cross_site_request`, 403
   */
  assertSameSite(request: Request): void {
    if (safeMethods.has(request.method)) return;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (origin !== undefined && this.allowed.has(origin)) return;
    if (site === undefined ? origin === undefined : site !== 'cross-site') return;
    throw crossSiteRequest();
  }

  /**
   * For the handshake of a socket, which browsers let any site open: by its `Origin` alone.
   * @throws LogtoException `cross_site_request`, 403
   */
  assertHandshake({ headers: { origin } }: Request): void {
    if (origin !== undefined && !this.allowed.has(origin)) throw crossSiteRequest();
  }
}

function crossSiteRequest(): LogtoException {
  return new LogtoException(
    'cross_site_request',
    "Another site sent this request with the visitor's session. If that site is yours, list its origin in `allowedOrigins`.",
    { status: 403, publicMessage: "Another site sent this request with the visitor's session." },
  );
}
