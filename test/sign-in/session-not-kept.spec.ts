import { describe, expect, it } from '@jest/globals';
import type { SessionOptions } from 'express-session';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { fromTlsProxy, registerHttpsApplication } from '../support/app/https-application.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { mountedByApp, mountedByModule, sessionMounts } from '../support/app/session-mounts.js';
import { RenewalController } from '../support/controllers/renewal.controller.js';
import { SignInController } from '../support/controllers/sign-in.controller.js';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController, SignInController], ...parts });

/** Sets the cookie that the browsers of these specs reject. */
const cookieOptions = { name: 'sid', cookie: { maxAge: 3_600_000 } };

/** Follows every redirect between app and Logto, as a browser does, until a page is shown. */
async function follow(browser: Browser, path: string, headers = {}): Promise<Page> {
  let page = await browser.open(path, headers);
  for (let hop = 0; hop < 20 && page.location !== undefined; hop += 1) {
    const atLogto = page.location.startsWith(issuer.endpoint);
    const next = atLogto
      ? (await issuer.signIn(page.location, { username: 'ada', cookies: browser.cookies })).href
      : page.location;
    const { pathname, search } = new URL(next);
    page = await browser.open(`${pathname}${search}`, headers);
  }
  return page;
}

describe('A sign-in that the browser or the store does not keep', () => {
  it.each(sessionMounts)(
    'ends in an error page and not in a loop when the browser rejects the session cookie that %s sets',
    async (_, mount) => {
      const browser = (await start(mount(cookieOptions))).browser();
      browser.rejectedCookies = /^sid=/;

      const page = await follow(browser, '/protected');

      expect(page.status).toBe(500);
      expect(page.text).toMatch(/session_not_kept/);
      expect(page.text).toMatch(/href="\/logto\/sign-in[^"]*">Start again/);
      expect(leaks.logged.join('\n')).toMatch(/session_not_kept: .*browser does not block cookies/);

      browser.rejectedCookies = undefined;
      expect((await follow(browser, '/protected')).text).toBe('hello ada');
    },
  );

  it.each<[string, SessionOptions['cookie'], RegExp]>([
    [
      'is sameSite "none" over http',
      { sameSite: 'none' },
      /session_not_kept: .*`sameSite: "none"` cookie that is not secure/,
    ],
    [
      'has the domain of another host',
      { domain: 'shop.example' },
      /session_not_kept: .*`domain`: "shop\.example".*"localhost"/,
    ],
  ])('names the cause when the cookie of the app’s own session %s', async (_, cookie, cause) => {
    const browser = (await start(mountedByApp({ name: 'sid', cookie }))).browser();
    browser.rejectedCookies = /^sid=/;

    expect((await follow(browser, '/protected')).text).toMatch(/session_not_kept/);
    expect(leaks.logged.join('\n')).toMatch(cause);
  });

  it('names `trust proxy` when express-session sets no cookie behind a proxy that terminates TLS', async () => {
    const app = await start({
      ...mountedByApp({ name: 'sid', cookie: { secure: true } }),
      logto: { session: undefined, ...registerHttpsApplication(issuer) },
    });
    const browser = app.browser();

    const page = await follow(browser, '/protected', {
      ...fromTlsProxy,
      'x-forwarded-host': 'app.example.com',
    });

    expect([page.status, page.text]).toEqual([500, expect.stringMatching(/session_not_kept/)]);
    // As the callback is answered, and as the browser comes back.
    expect(leaks.logged.filter((line) => line.includes("app.set('trust proxy', 1)"))).toHaveLength(2);
  });

  it('clears an older cookie that hides the new one, so that the next sign-in works', async () => {
    const app = await start(mountedByModule(cookieOptions));
    const browser = app.browser();
    // From before the cookie had a domain: browsers send it first.
    const older = `sid=${encodeURIComponent('s:an-older-session.signature')}`;
    const withOlder = async (path: string): Promise<Page> =>
      browser.open(path, { cookie: `${older}; ${browser.cookies.header(app.baseUrl)}` });
    // Once may be a coincidence.
    for (let round = 1; round <= 2; round += 1) {
      const { location = '' } = await withOlder('/logto/sign-in?returnTo=/protected');
      const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
      await withOlder(callback.href);
      expect((await withOlder('/protected')).status).toBe(302);
    }

    const page = await withOlder('/logto/sign-in?returnTo=/protected');

    expect(page.status).toBe(500);
    expect(leaks.logged.join('\n')).toMatch(/two cookies named "sid"/);
    const cleared = page.headers.getSetCookie().filter((cookie) => cookie.startsWith('sid=;'));
    expect(cleared).toEqual(expect.arrayContaining([expect.not.stringContaining('Domain')]));
    expect(page.headers.getSetCookie().length).toBeLessThan(10);
    expect((await follow(browser, '/protected')).text).toBe('hello ada');
  });

  it('ends in an error page on the second try when the store loses the session, and the log names the store', async () => {
    const store = new MemorySessionStore();
    const forget = store.get.bind(store);
    store.get = (key, callback) =>
      forget(key, (error, found) => callback(error, found?.logto ? null : found));
    const browser = (await start(mountedByModule({ store }))).browser();

    const page = await follow(browser, '/protected');

    expect([page.status, page.text]).toEqual([500, expect.stringMatching(/session_not_kept/)]);
    expect(leaks.logged.join('\n')).toMatch(/store has lost the session.*Several instances need one store/);
    expect(issuer.countRequests('token')).toBeGreaterThan(0);
  });

  it('is reported also to an app with its own sign-in routes', async () => {
    const app = await start(mountedByModule(cookieOptions));
    const browser = app.browser();
    browser.rejectedCookies = /^sid=/;
    for (let round = 1; round <= 2; round += 1)
      await browser.open(await browser.authorize(issuer, 'ada', '/enter?to=/protected'));

    const page = await browser.fetch('/enter?to=/protected');

    expect([page.status, page.json().code]).toEqual([500, 'session_not_kept']);
  });

  it('clears only cookies of the app, whatever host name the request has', async () => {
    const app = await start(mountedByModule(cookieOptions));
    const browser = app.browser();
    browser.rejectedCookies = /^sid=/;
    for (let round = 1; round <= 2; round += 1)
      await browser.open(await browser.authorize(issuer, 'ada', '/enter?to=/protected'));

    const page = await browser.open('/enter', { host: `${'a.'.repeat(200)}example.com` });

    expect(page.text).toContain('session_not_kept');
    expect(page.headers.getSetCookie().join()).not.toContain('Domain');
  });

  describe('is not reported', () => {
    it('where the app gives sessions new ids and the user signs in repeatedly', async () => {
      const app = await start({ controllers: [PagesController, RenewalController] });
      const browser = app.browser();
      for (let round = 1; round <= 3; round += 1) {
        await browser.signIn(issuer);
        await browser.open('/renew');
      }

      expect((await browser.open('/protected')).text).toBe('hello ada');
      expect((await browser.open('/logto/sign-in')).status).toBe(302);
    });

    it('for a sign-in right after a sign-out', async () => {
      const browser = await (await start()).signedInBrowser(issuer);
      await browser.open('/logto/sign-out');
      await browser.signIn(issuer);
      expect((await browser.open('/protected')).text).toBe('hello ada');
    });

    it('for a second sign-in of a signed-in user', async () => {
      const browser = await (await start()).signedInBrowser(issuer);
      await browser.signIn(issuer);
      expect((await browser.open('/protected')).text).toBe('hello ada');
    });

    it('where Logto has just ended the session', async () => {
      const app = await start();
      issuer.setApplication({
        ...application,
        backchannelLogoutUri: `${app.baseUrl}/logto/back-channel-logout`,
        backchannelLogoutSessionRequired: true,
      });
      const browser = await app.signedInBrowser(issuer);
      await issuer.signOut(`${issuer.issuer}/session/end?client_id=${application.id}`, {
        cookies: browser.cookies,
      });
      expect((await browser.open('/protected')).status).toBe(302);

      await browser.signIn(issuer);

      expect((await browser.open('/protected')).text).toBe('hello ada');
    });

    it('where the app has destroyed the session itself', async () => {
      const store = new MemorySessionStore();
      const app = await start(mountedByModule({ store }));
      const browser = await app.signedInBrowser(issuer);
      const { id } = (await browser.open('/session')).json<{ id: string }>();
      store.destroy(id);

      await browser.signIn(issuer);

      expect((await browser.open('/protected')).text).toBe('hello ada');
    });
  });
});
