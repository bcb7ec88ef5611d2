import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { CookieJar } from '../emulator/browser/cookie-jar.js';

/** Answers that have no body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * What a browser is to an app, without one: keeps cookies, and knows the app by its `baseUrl` wherever it
 * listens, as behind a proxy.
 */
export class BrowserlessAgent {
  /** Its cookies, those of the emulator too: `emulator.signOut(url, { cookies: agent.cookies })`. */
  readonly cookies = new CookieJar();
  private readonly base: URL;

  /** @param stripped what of the path of `baseUrl` a proxy strips */
  constructor(
    private readonly app: INestApplication,
    baseUrl: string,
    private readonly stripped: string,
  ) {
    this.base = new URL(baseUrl);
  }

  /**
   * Headers that make any other client's request one of this agent's:
   * `request(app.getHttpServer()).get('/orders').set(agent.headers)`.
   */
  get headers(): Record<string, string> {
    const cookie = this.cookies.header(this.base);
    return {
      ...(cookie && { cookie }),
      // The app then takes the connection for one over TLS, as from the proxy that ends it.
      ...(this.base.protocol === 'https:' && { 'x-forwarded-proto': 'https' }),
    };
  }

  /**
   * Sends a request to the app, as the global `fetch` would, but with cookies, with whatever headers it is given,
   * and without following redirects.
   * @param path a path as browsers see it, or a whole URL of the app
   */
  async fetch(path: string | URL, init?: RequestInit): Promise<Response> {
    const url = this.resolved(path);
    const asked = new Request(url, init);
    const body = Buffer.from(await asked.arrayBuffer());
    const headers = { ...this.headers, host: this.base.host, ...Object.fromEntries(asked.headers) };
    const response = await this.exchange(url, asked.method, headers, body);
    this.cookies.store(url, response);
    return response;
  }

  /** The address that a path or a `Location` of the app means. */
  resolved(path: string | URL): URL {
    const written = String(path);
    return new URL(written.startsWith('/') ? `${this.base.origin}${written}` : written, this.base);
  }

  /** Whether an address is the app's. */
  isOfApp(url: URL): boolean {
    return url.origin === this.base.origin;
  }

  private async exchange(
    url: URL,
    method: string,
    headers: Record<string, string>,
    body: Buffer,
  ): Promise<Response> {
    const { address, port } = await this.address();
    const { stripped } = this;
    const path = url.pathname.startsWith(`${stripped}/`) ? url.pathname.slice(stripped.length) : url.pathname;
    return new Promise((resolve, reject) => {
      const options = { host: address, port, method, path: `${path}${url.search}`, headers, agent: false };
      const sent = request(options, (received) => {
        const parts: Buffer[] = [];
        received.on('data', (part: Buffer) => parts.push(part));
        received.on('error', reject);
        received.on('end', () => {
          const status = received.statusCode ?? 500;
          const answer = new Headers();
          for (let index = 0; index < received.rawHeaders.length; index += 2) {
            answer.append(received.rawHeaders[index] ?? '', received.rawHeaders[index + 1] ?? '');
          }
          resolve(
            new Response(bodiless.has(status) ? null : Buffer.concat(parts), { status, headers: answer }),
          );
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  private async address(): Promise<{ address: string; port: number }> {
    const server = this.app.getHttpServer() as { address(): AddressInfo | null };
    if (!server.address()) await this.app.listen(0);
    const { address, port } = server.address() as AddressInfo;
    return { address: address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address, port };
  }
}
