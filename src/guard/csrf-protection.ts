import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { isSocket } from '../user/request-source.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Refuses requests that another site makes a browser send with this app's session cookie. */
@Injectable()
export class CsrfProtection {
  private readonly allowed: ReadonlySet<string>;

  constructor(
    options: ResolvedLogtoOptions,
    private readonly log: OperatorLog,
  ) {
    const own = options.client ? [new URL(options.client.baseUrl).origin] : [];
    this.allowed = new Set([...own, ...options.allowedOrigins]);
  }

  /** The same as {@link assertHandshake} for a socket, and as {@link assertSameSite} for everything else. */
  assertOwnSite(host: ExecutionContext, request: Request): void {
    if (isSocket(host)) this.assertHandshake(request);
    else this.assertSameSite(request);
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
    throw this.refusal(origin);
  }

  /**
   * For the handshake of a socket, which browsers let any site open: by its `Origin` alone.
   * @throws LogtoException `cross_site_request`, 403
   */
  private assertHandshake({ headers: { origin } }: Request): void {
    if (origin !== undefined && !this.allowed.has(origin)) throw this.refusal(origin);
  }

  private refusal(origin: string | undefined): LogtoException {
    const said =
      origin !== undefined && URL.canParse(origin) ? ` from "${new URL(origin).origin.slice(0, 100)}"` : '';
    const publicMessage = "Another site sent this request with the visitor's session.";
    const remedy = 'If that site is yours, list its origin in `allowedOrigins`.';
    // Anybody can send such a request, so all of them count as one cause.
    this.log.remark('warn', `cross_site_request: A request${said} was refused. ${publicMessage} ${remedy}`, {
      key: 'cross_site_request',
    });
    return new LogtoException('cross_site_request', `${publicMessage} ${remedy}`, {
      status: 403,
      publicMessage,
    });
  }
}
