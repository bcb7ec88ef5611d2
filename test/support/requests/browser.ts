import { request } from 'node:http';
import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';
import { leaks } from '../runner/leaks.js';

/** The headers that a browser sends with a navigation. */
const navigationHeaders = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
  'sec-fetch-user': '?1',
};

/** Options of a request. */
export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
}

/** A response, with its whole body. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  json<T = Record<string, unknown>>(): T;
  /** The header `Location`, resolved against {@link url}. */
  readonly location: string | undefined;
}

/** A browser as the app sees it: it keeps cookies and sends fetch metadata. Only {@link visit} follows redirects. */
export class Browser {
  readonly cookies = new CookieJar();
  /** Matches the `Set-Cookie` headers that this browser ignores. */
  rejectedCookies: RegExp | undefined;

  constructor(private readonly baseUrl: string) {}

  /** Sends one request with exactly these headers and the cookies. */
  async fetch(path: string, init: RequestOptions & { body?: string } = {}): Promise<Page> {
    const url = new URL(path, this.baseUrl).href;
    const cookie = this.cookies.header(url);
    const { status, headers, text } = await exchange(url, {
      ...init,
      headers: { ...(cookie ? { cookie } : {}), ...init.headers },
    });
    this.cookies.store(url, { headers: this.accepted(headers) });
    for (const header of headers.getSetCookie()) leaks.addCookie(header);
    leaks.addUrl(url);
    leaks.addAuthorization(init.headers?.authorization);
    const location = headers.get('location');
    if (status >= 400) leaks.addErrorResponse(text, headers);
    else leaks.addUrl(location ?? '');
    return {
      url,
      status,
      headers,
      text,
      json: <T>() => JSON.parse(text) as T,
      location: location === null ? undefined : new URL(location, url).href,
    };
  }

  private accepted(headers: Headers): Headers {
    const { rejectedCookies } = this;
    if (!rejectedCookies) return headers;
    const kept = headers.getSetCookie().filter((cookie) => !rejectedCookies.test(cookie));
    return { getSetCookie: () => kept } as Headers;
  }

  /** Opens a page as a navigation, without following redirects. */
  open(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.fetch(path, { headers: { ...navigationHeaders, ...headers } });
  }

  /** Posts a form of the app. @param headers of a form on another page, instead of those of a page of the app */
  post(path: string, headers: Record<string, string> = {}): Promise<Page> {
    const own = { ...navigationHeaders, origin: this.baseUrl, 'sec-fetch-site': 'same-origin' };
    const given = Object.keys(headers).length > 0 ? headers : own;
    return this.fetch(path, { method: 'POST', headers: given });
  }

  /** Opens a page, and follows redirects within the app. */
  async visit(path: string): Promise<Page> {
    let page = await this.open(path);
    for (let redirects = 0; redirects < 10 && page.location?.startsWith(this.baseUrl); redirects += 1)
      page = await this.open(page.location);
    return page;
  }

  /** Opens the sign-in route and goes through Logto's pages. @returns the URL of the callback, which is not opened */
  async authorize(issuer: LogtoEmulator, username = 'ada', path = '/logto/sign-in'): Promise<string> {
    const { location, status, text } = await this.open(path);
    if (location === undefined)
      throw new Error(`${path} responded with ${status} without a redirect: ${text.slice(0, 500)}`);
    return (await issuer.signIn(location, { username, cookies: this.cookies })).href;
  }

  /** Signs in. @returns the response of the callback */
  async signIn(issuer: LogtoEmulator, username = 'ada', path = '/logto/sign-in'): Promise<Page> {
    return this.open(await this.authorize(issuer, username, path));
  }
}

/** Sends a request with `node:http`, because the global `fetch` forbids headers of fetch metadata. */
function exchange(
  url: string,
  { method = 'GET', headers = {}, body }: RequestOptions & { body?: string },
): Promise<{ status: number; headers: Headers; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const received = new Headers();
      for (let index = 0; index < response.rawHeaders.length; index += 2) {
        received.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: received, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
