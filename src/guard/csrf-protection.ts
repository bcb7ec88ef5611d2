import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { isSocket } from '../user/request-source.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Rejects requests that another site makes a browser send with this app's session cookie (CSRF). */
@Injectable()
export class CsrfProtection {
  private readonly allowedOrigins: ReadonlySet<string>;

  constructor(
    options: ResolvedLogtoOptions,
    private readonly log: OperatorLog,
  ) {
    const own = options.client ? [new URL(options.client.baseUrl).origin] : [];
    this.allowedOrigins = new Set([...own, ...options.allowedOrigins]);
  }

  /** Checks the handshake of a socket as {@link assertHandshakeOrigin} does, everything else as {@link assertSameSite}. */
  assertOwnSite(host: ExecutionContext, request: Request): void {
    if (isSocket(host)) this.assertHandshakeOrigin(request);
    else this.assertSameSite(request);
  }

  /**
   * Checks requests with an unsafe method. An allowed `Origin` passes. `Sec-Fetch-Site: cross-site` does not; without that
   * header no other `Origin` does. A request with neither header (curl, native clients) passes.
   * @throws LogtoException `cross_site_request`, 403
   */
  assertSameSite(request: Request): void {
    if (safeMethods.has(request.method)) return;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (origin !== undefined && this.allowedOrigins.has(origin)) return;
    if (site === undefined ? origin === undefined : site !== 'cross-site') return;
    throw this.crossSiteRequest(origin);
  }

  /**
   * Checks the `Origin` of a socket's handshake: browsers let any site open a socket.
   * @throws LogtoException `cross_site_request`, 403
   */
  private assertHandshakeOrigin({ headers: { origin } }: Request): void {
    if (origin !== undefined && !this.allowedOrigins.has(origin)) throw this.crossSiteRequest(origin);
  }

  private crossSiteRequest(origin: string | undefined): LogtoException {
    const from =
      origin !== undefined && URL.canParse(origin) ? ` from "${new URL(origin).origin.slice(0, 100)}"` : '';
    const publicMessage = "Another site sent this request with the visitor's session.";
    const remedy = 'If that site is yours, list its origin in `allowedOrigins`.';
    // One key for all of them: anybody can send such requests, and they must not flood the log.
    this.log.write('warn', `cross_site_request: A request${from} was rejected. ${publicMessage} ${remedy}`, {
      key: 'cross_site_request',
    });
    return new LogtoException('cross_site_request', `${publicMessage} ${remedy}`, {
      status: 403,
      publicMessage,
    });
  }
}
