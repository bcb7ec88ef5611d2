interface Cookie {
  name: string;
  value: string;
  host: string;
  path: string;
}

/**
 * A browser's cookies, for sign-ins without one: pass the same jar to several to have them share one
 * session at the emulator. As in browsers, the ports of a host share its cookies.
 */
export class CookieJar {
  private cookies: Cookie[] = [];

  /** The `Cookie` header for a request to `url`; empty when there is none. */
  header(url: string | URL): string {
    const { hostname, pathname } = new URL(url);
    return this.cookies
      .filter(({ host, path }) => host === hostname && matches(pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  /** Keeps what `response` to a request to `url` sets. */
  store(url: string | URL, response: Pick<Response, 'headers'>): void {
    const { hostname, pathname } = new URL(url);
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const attribute = (name: string) =>
        attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
      const cookie: Cookie = {
        name: pair.slice(0, at),
        value: pair.slice(at + 1),
        host: hostname,
        path: attribute('path') ?? (pathname.slice(0, pathname.lastIndexOf('/')) || '/'),
      };
      this.cookies = this.cookies.filter(
        ({ name, host, path }) => name !== cookie.name || host !== cookie.host || path !== cookie.path,
      );
      const expires = attribute('expires');
      const maxAge = attribute('max-age');
      const gone =
        (maxAge !== undefined && Number(maxAge) <= 0) ||
        (maxAge === undefined && expires !== undefined && Date.parse(expires) <= Date.now());
      if (!gone) {
        this.cookies.push(cookie);
      }
    }
  }

  /** Forgets everything, as a new browser profile. */
  clear(): void {
    this.cookies = [];
  }
}

function matches(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
