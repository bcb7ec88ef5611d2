import { request } from 'node:http';
import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';
import { leaks } from '../runner/leaks.js';

/** What a browser sends of its own accord with a navigation. */
const navigationHeaders = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
  'sec-fetch-user': '?1',
};

/** What one request is made of. */
export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
}

/** An answer, read to its end. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  json<T = Record<string, unknown>>(): T;
  /** `Location`, resolved against the address that was asked. */
  readonly location: string | undefined;
}

/** A browser as the app sees it: cookies, fetch metadata, redirects followed only when told to. */
export class Browser {
  readonly cookies = new CookieJar();
  /** Cookies that this browser refuses to keep, by their names. */
  refuses: RegExp | undefined;

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
    for (const header of headers.getSetCookie()) leaks.cookie(header);
    leaks.address(url);
    leaks.authorization(init.headers?.authorization);
    const location = headers.get('location');
    if (status >= 400) leaks.errorAnswer(text, headers);
    else leaks.address(location ?? '');
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
    const { refuses } = this;
    if (!refuses) return headers;
    const kept = headers.getSetCookie().filter((cookie) => !refuses.test(cookie));
    return { getSetCookie: () => kept } as Headers;
  }

  /** Opens an address, as a person would; redirects are not followed. */
  open(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.fetch(path, { headers: { ...navigationHeaders, ...headers } });
  }

  /** Posts a form of this app, as a person would. */
  post(path: string, headers: Record<string, string> = {}): Promise<Page> {
    const own = { ...navigationHeaders, origin: this.baseUrl, 'sec-fetch-site': 'same-origin' };
    // A header that is given stands for what another page sends: then none of this app's own are there.
    const given = Object.keys(headers).length > 0 ? headers : own;
    return this.fetch(path, { method: 'POST', headers: given });
  }

  /** Opens an address and follows redirects as long as they stay on this app. */
  async visit(path: string): Promise<Page> {
    let page = await this.open(path);
    for (let hop = 0; hop < 10 && page.location?.startsWith(this.baseUrl); hop += 1)
      page = await this.open(page.location);
    return page;
  }

  /** Goes to the sign-in and through Logto's pages. @returns the callback's address, not opened */
  async authorize(issuer: LogtoEmulator, username = 'ada', path = '/logto/sign-in'): Promise<string> {
    const { location, status, text } = await this.open(path);
    if (location === undefined)
      throw new Error(`${path} answered ${status} without a redirect: ${text.slice(0, 500)}`);
    return (await issuer.signIn(location, { username, cookies: this.cookies })).href;
  }

  /** The whole sign-in. @returns the callback's answer */
  async signIn(issuer: LogtoEmulator, username = 'ada', path = '/logto/sign-in'): Promise<Page> {
    return this.open(await this.authorize(issuer, username, path));
  }
}

/** One exchange by `node:http`: the global `fetch` forbids the headers by which a browser says what it does. */
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
