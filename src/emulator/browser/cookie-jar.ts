import { CookieJar as ToughCookieJar } from 'tough-cookie';

/**
 * A browser's cookies, for sign-ins without a browser. If you pass the same jar to several sign-ins, they share one
 * session at the emulator.
 */
export class CookieJar {
  private readonly jar = new ToughCookieJar();

  /** The `Cookie` header for a request to `url`; empty without cookies. */
  header(url: string | URL): string {
    return this.jar.getCookieStringSync(String(url));
  }

  /** Stores the cookies that the response to a request to `url` sets. */
  store(url: string | URL, response: Pick<Response, 'headers'>): void {
    for (const cookie of response.headers.getSetCookie()) {
      this.jar.setCookieSync(cookie, String(url), { ignoreError: true });
    }
  }

  /** Removes all cookies. */
  clear(): void {
    this.jar.removeAllCookiesSync();
  }
}
