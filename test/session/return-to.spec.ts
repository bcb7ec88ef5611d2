import { beforeEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { callbackPath } from '../support/logto/callback-path.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { SignInController } from '../support/controllers/sign-in.controller.js';

const welcome = 'https://www.example.com/welcome';
const frontEnd = 'https://front.example.com';

const issuer = await startIssuer();
const app = await startApp({
  issuer,
  controllers: [PagesController],
  logto: { postSignInRedirectUri: welcome, allowedOrigins: [frontEnd] },
});
/** Behind a proxy that strips `/shop`. */
const below = await startApp({
  issuer,
  controllers: [PagesController],
  logto: { baseUrl: `${app.baseUrl}/shop` },
});

describe('The page at which a sign-in ends', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
  });

  /** The `Location` of a finished sign-in, as it was sent. */
  async function endOf(
    returnTo: string,
    query = `returnTo=${encodeURIComponent(returnTo)}`,
  ): Promise<string | null> {
    const { location = '' } = await browser.open(`/logto/sign-in?prompt=none&${query}`);
    // Logto's answer to a silent sign-in without a session, which ends at the same page as any other.
    const state = new URL(location).searchParams.get('state') ?? '';
    const page = await browser.open(callbackPath({ error: 'login_required', iss: issuer.issuer, state }));
    expect(page.status).toBe(302);
    return page.headers.get('location');
  }

  it.each([
    ['/'],
    ['/protected'],
    ['/protected?tab=1&next=/a/b&url=https://example.com#part'],
    ['/%E4%BD%A0%E5%A5%BD?q=%20a%2Fb'],
    ['/a//b'],
    ['/logto'],
    ['/logto-pages/help'],
  ])('is the page of this app that returnTo names: %s', async (returnTo) => {
    expect(await endOf(returnTo)).toBe(returnTo);
  });

  it('may have an address of up to a kilobyte', async () => {
    const returnTo = `/${'a'.repeat(1023)}`;

    expect(await endOf(returnTo)).toBe(returnTo);
  });

  it('is a page of this app when returnTo is an absolute URL', async () => {
    expect(await endOf(`${app.baseUrl}/protected?tab=1`)).toBe('/protected?tab=1');
  });

  it('is a page on one of allowedOrigins', async () => {
    expect(await endOf(`${frontEnd}/cart?step=2#pay`)).toBe(`${frontEnd}/cart?step=2#pay`);
  });

  it.each([
    ['nothing', ''],
    ['another host', 'https://evil.example/'],
    ['another host without a scheme', '//evil.example'],
    ['three slashes', '///evil.example'],
    ['a backslash', '/\\evil.example'],
    ['two backslashes', '\\\\evil.example'],
    ['a backslash after the scheme', 'https:\\\\evil.example'],
    ['an encoded slash', '/%2F/evil.example'],
    ['an encoded slash in small letters', '/%2fevil.example'],
    ['an encoded backslash', '/%5Cevil.example'],
    ['a tab', '/\t/evil.example'],
    ['a line break', '/\n/evil.example'],
    ['an injected header', '/a\r\nSet-Cookie: a=b'],
    ['a leading space', ' //evil.example'],
    ['a null byte', '/\u0000/evil.example'],
    ['a script', 'javascript:alert(1)'],
    ['a script with a line break', 'java\nscript:alert(1)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['a scheme with one slash', 'https:/evil.example'],
    ['a scheme with no slash', 'https:evil.example'],
    ['a scheme with three slashes', 'https:///evil.example'],
    ['dots that leave an empty segment', '/.//evil.example'],
    ['dots that climb to an empty segment', '/a/..//evil.example'],
    ['encoded dots that climb to an empty segment', '/a/%2e%2e//evil.example'],
    ['a user name that looks like this host', 'http://localhost@evil.example/'],
    ['an allowed origin as part of a host name', `${frontEnd}.evil.example/`],
    ['an allowed origin as a user name', `https://front.example.com@evil.example/`],
    ['an allowed origin with a user name and a password', 'https://bank.example:pw@front.example.com/'],
    ['an allowed host under another scheme', 'http://front.example.com/'],
    ['an allowed host on another port', 'https://front.example.com:8443/'],
    ['this host on another port', 'http://localhost:1/'],
    ['a path without a slash', 'protected'],
    ['the sign-in itself', '/logto/sign-in'],
    ['the sign-in in upper case', '/LOGTO/Sign-In?returnTo=/'],
    ['the sign-in through `..`', '/a/../logto/sign-in'],
    ['the sign-out', '/logto/sign-out'],
    ['more than a kilobyte', `/${'a'.repeat(1024)}`],
    ['more than a kilobyte once it is written as a URL', `/${'你'.repeat(400)}`],
  ])('is postSignInRedirectUri when returnTo is %s', async (_, returnTo) => {
    expect(await endOf(returnTo)).toBe(welcome);
  });

  it('is postSignInRedirectUri when returnTo is this app with a user name', async () => {
    const { host } = new URL(app.baseUrl);
    expect(await endOf(`http://${host}/protected`)).toBe('/protected');

    for (const user of ['evil', 'evil:pw', ':pw'])
      expect(await endOf(`http://${user}@${host}/`)).toBe(welcome);
  });

  it('is postSignInRedirectUri when returnTo is given twice', async () => {
    expect(await endOf('', 'returnTo=/a&returnTo=//evil.example')).toBe(welcome);
  });

  it('is kept in a cookie that is small enough for every browser', async () => {
    for (const returnTo of [`/${'a'.repeat(1023)}`, `/${'你'.repeat(1023)}`]) {
      const page = await app.browser().open(`/logto/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
      expect(page.headers.getSetCookie()[0]?.length).toBeLessThan(4096);
    }
  });

  it('cannot be changed at the callback', async () => {
    const url = new URL(await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/protected'));
    url.searchParams.set('returnTo', '/cart/add');

    expect((await browser.open(url.href)).headers.get('location')).toBe('/protected');
  });

  it('can be chosen in code, and is checked there as well', async () => {
    const own = await startApp({ issuer, controllers: [SignInController], logto: { authRoutes: false } });
    const visitor = own.browser();
    const page = async (returnTo: string): Promise<string | null> => {
      const { location = '' } = await visitor.open(`/enter?to=${encodeURIComponent(returnTo)}`);
      const url = await issuer.signIn(location, { username: 'ada', cookies: visitor.cookies });
      return (await visitor.open(url.href)).headers.get('location');
    };

    expect(await page('/protected')).toBe('/protected');
    expect(await page('https://evil.example')).toBe(own.baseUrl);
  });

  describe('in an app below a path', () => {
    const endBelow = async (returnTo: string): Promise<string | null> => {
      const visitor = below.browser();
      const { location = '' } = await visitor.open(`/logto/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
      const url = await issuer.signIn(location, { username: 'ada', cookies: visitor.cookies });
      expect(url.pathname).toBe('/shop/logto/sign-in-callback');
      // The proxy strips the path.
      return (await visitor.open(`/logto/sign-in-callback${url.search}`)).headers.get('location');
    };

    it('is a page below that path', async () => {
      expect(await endBelow('/shop/protected?tab=1')).toBe('/shop/protected?tab=1');
      expect(await endBelow('/shop')).toBe('/shop');
    });

    it.each([
      '/',
      '/other-app',
      '/shopping',
      '/shop/../other-app',
      '/shop//evil.example',
      '/shop/logto/sign-in',
    ])('is never a page outside of it: %s', async (returnTo) => {
      expect(await endBelow(returnTo)).toBe(`${app.baseUrl}/shop`);
    });
  });
});
