import { request } from 'node:http';
import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** Sends requests like a browser, and keeps cookies. */
export class BrowserClient {
  readonly cookies = new CookieJar();

  /** @param port of an instance, to bypass the load balancer at `baseUrl` */
  constructor(
    private readonly baseUrl: string,
    private readonly port?: number,
  ) {}

  get cookie(): string {
    return this.cookies.header(this.baseUrl);
  }

  /** A whole sign-in. */
  async signIn(issuer: LogtoEmulator, username: string): Promise<this> {
    await this.finishSignIn(await this.startSignIn(issuer, username));
    return this;
  }

  /** Goes through the sign-in pages. @returns the URL of the callback */
  async startSignIn(issuer: LogtoEmulator, username: string): Promise<URL> {
    const { location } = await this.expect(302, this.open('/logto/sign-in'));
    return issuer.signIn(location ?? '', { username, cookies: this.cookies });
  }

  async finishSignIn(callback: URL): Promise<void> {
    await this.expect(302, this.open(`${callback.pathname}${callback.search}`));
  }

  get(path: string): Promise<Answer> {
    return this.expect(200, this.open(path));
  }

  async expect(status: number, opening: Promise<Answer>): Promise<Answer> {
    const answer = await opening;
    if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
    return answer;
  }

  /** Sends a request as a navigation. */
  async open(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    const url = new URL(path, this.baseUrl);
    const { cookie } = this;
    const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const target =
      this.port === undefined ? url : new URL(url.pathname + url.search, `http://127.0.0.1:${this.port}`);
    const all = { host: url.host, ...navigation, ...(cookie && { cookie }), ...headers };
    return send(target, all, method, (received) => this.cookies.store(url.href, { headers: received }));
  }
}

/** Sends a request without cookies of its own. */
export function send(
  url: URL,
  headers: Record<string, string>,
  method = 'GET',
  received: (headers: Headers) => void = () => undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, timeout: 30_000 }, (response) => {
      const list = new Headers();
      for (let index = 0; index < response.rawHeaders.length; index += 2)
        list.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
      received(list);
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, text }),
      );
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server has just closed the idle connection.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(url, headers, method, received));
      else reject(error);
    });
    sent.end();
  });
}
