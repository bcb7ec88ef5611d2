import { CookieJar } from 'nestjs-logto/emulator';

/** A browser without scripts: follows redirects on one host, keeps cookies, posts forms. */
export class Browser {
  url = new URL('about:blank');
  status = 0;
  headers = new Headers();
  body = '';

  constructor(private readonly cookies = new CookieJar()) {}

  /** The error message of the page. */
  get alert(): string | undefined {
    return /role="alert">([^<]*)</.exec(this.body)?.[1];
  }

  async open(url: string | URL): Promise<void> {
    await this.follow(new URL(url), {});
  }

  /** Posts a form to the open page, or to another one. */
  async post(
    fields: Record<string, string>,
    headers: Record<string, string> = {},
    page: string | URL = this.url,
  ): Promise<void> {
    const url = new URL(page);
    await this.follow(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: url.origin, ...headers },
    });
  }

  private async follow(start: URL, init: RequestInit): Promise<void> {
    let url = start;
    let request = init;
    for (;;) {
      const response = await fetch(url, {
        ...request,
        redirect: 'manual',
        headers: { cookie: this.cookies.header(url), accept: 'text/html', ...request.headers },
      });
      this.cookies.store(url, response);
      const location = response.headers.get('location');
      const next = location === null ? undefined : new URL(location, url);
      if (next?.origin !== url.origin) {
        this.url = next ?? url;
        this.status = response.status;
        this.headers = response.headers;
        this.body = await response.text();
        return;
      }
      await response.arrayBuffer();
      url = next;
      request = {};
    }
  }
}
