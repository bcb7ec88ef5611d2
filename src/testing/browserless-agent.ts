import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { INestApplication } from '@nestjs/common';
import { CookieJar } from '../emulator/browser/cookie-jar.js';

/** Responses without a body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends requests to an app as a browser does: it keeps cookies, and reaches the app at its `baseUrl` wherever it
 * listens, as through a proxy.
 */
export class BrowserlessAgent {
  /** All cookies, including those of the emulator: `emulator.signOut(url, { cookies: agent.cookies })`. */
  readonly cookies = new CookieJar();
  private readonly base: URL;

  /** @param strippedPath the part of the path of `baseUrl` that a proxy strips */
  constructor(
    private readonly app: INestApplication,
    baseUrl: string,
    private readonly strippedPath: string,
  ) {
    this.base = new URL(baseUrl);
  }

  /**
   * Headers that sign in the requests of other clients:
   * `request(app.getHttpServer()).get('/orders').set(agent.headers)`.
   */
  get headers(): Record<string, string> {
    const cookie = this.cookies.header(this.base);
    return {
      ...(cookie && { cookie }),
      // As from a proxy that terminates TLS.
      ...(this.base.protocol === 'https:' && { 'x-forwarded-proto': 'https' }),
    };
  }

  /**
   * Sends a request to the app. Like the global `fetch`, but with cookies, with any headers, and without following
   * redirects.
   * @param path a path as browsers see it, or a URL of the app
   */
  async fetch(path: string | URL, init?: RequestInit): Promise<Response> {
    const url = this.resolve(path);
    const outgoing = new Request(url, init);
    const body = Buffer.from(await outgoing.arrayBuffer());
    const headers = { ...this.headers, host: this.base.host, ...Object.fromEntries(outgoing.headers) };
    const response = await this.send(url, outgoing.method, headers, body);
    this.cookies.store(url, response);
    return response;
  }

  /** @internal */
  resolve(path: string | URL): URL {
    const text = String(path);
    return new URL(text.startsWith('/') ? `${this.base.origin}${text}` : text, this.base);
  }

  /** @internal */
  isAppUrl(url: URL): boolean {
    return url.origin === this.base.origin;
  }

  /** Not with the global `fetch`, which does not send the caller's `Host` header. */
  private async send(
    { pathname, search }: URL,
    method: string,
    headers: Record<string, string>,
    body: Buffer,
  ): Promise<Response> {
    const { strippedPath } = this;
    const path = pathname.startsWith(`${strippedPath}/`) ? pathname.slice(strippedPath.length) : pathname;
    const address = await this.address();
    const outgoing = request({ ...address, method, path: `${path}${search}`, headers, agent: false });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { statusCode: status = 500, headersDistinct } = incoming;
    const content = await buffer(incoming);
    const received = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    return new Response(bodiless.has(status) ? null : content, { status, headers: received });
  }

  private async address(): Promise<{ host: string; port: number }> {
    const server = this.app.getHttpServer() as { address(): AddressInfo | null };
    if (!server.address()) await this.app.listen(0);
    const { address, port } = server.address() as AddressInfo;
    return { host: address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address, port };
  }
}
