import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LogtoGuard } from 'nestjs-logto';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { sessionMounts } from '../support/app/session-mounts.js';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

const get = (browser: Browser): Promise<Page> =>
  browser.fetch('/logto/session', { headers: { accept: 'application/json' } });

const day = 24 * 60 * 60;

describe('GET /logto/session', () => {
  afterEach(() => {
    restoreTime();
    issuer.resetRequests();
  });

  it('returns who is signed in, with the URLs of sign-in and sign-out', async () => {
    const app = await start({ logto: { scopes: ['email'] } });
    const browser = await app.signedInBrowser(issuer);

    const page = await get(browser);

    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(page.json()).toEqual({
      isAuthenticated: true,
      user: {
        sub: 'ada',
        name: 'Ada Lovelace',
        username: 'ada',
        picture: 'https://example.com/ada.png',
        email: 'ada@example.com',
      },
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      signInUrl: `${app.baseUrl}/logto/sign-in`,
      signOutUrl: `${app.baseUrl}/logto/sign-out`,
    });
  });

  it('returns the URL of the sign-in for an anonymous request, and sets no cookie', async () => {
    const app = await start();

    const page = await get(app.browser());

    expect(page.status).toBe(200);
    expect(page.json()).toEqual({
      isAuthenticated: false,
      signInUrl: `${app.baseUrl}/logto/sign-in`,
      signOutUrl: `${app.baseUrl}/logto/sign-out`,
    });
    expect(page.headers.has('set-cookie')).toBe(false);
  });

  it('is anonymous again after a sign-out', async () => {
    const browser = await (await start()).signedInBrowser(issuer);
    await browser.post('/logto/sign-out');

    expect((await get(browser)).json()).toMatchObject({ isAuthenticated: false });
  });

  it('returns the claims of the option sessionClaims that the user has', async () => {
    const app = await start({
      logto: { scopes: ['email', 'roles'], sessionClaims: ['sub', 'roles', 'phone_number', 'picture'] },
    });

    const ada = await get(await app.signedInBrowser(issuer));
    const bob = await get(await app.signedInBrowser(issuer, 'bob'));

    expect(ada.json().user).toEqual({ sub: 'ada', roles: ['admin'], picture: 'https://example.com/ada.png' });
    expect(bob.json().user).toEqual({ sub: 'bob', roles: [], picture: null });
  });

  it('is not cached, cannot be run as a script, and does not call Logto', async () => {
    const browser = await (await start()).signedInBrowser(issuer);
    issuer.resetRequests();
    passTime(2 * 3600);

    const { headers } = await get(browser);

    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect([issuer.countRequests('token'), issuer.countRequests('userinfo')]).toEqual([0, 0]);
  });

  it('works behind a global guard, and for requests of any kind', async () => {
    const app = await start({ providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] });
    const browser = app.browser();

    expect((await get(browser)).json()).toMatchObject({ isAuthenticated: false });
    expect((await browser.open('/logto/session')).json()).toMatchObject({ isAuthenticated: false });
    expect((await browser.fetch('/logto/session', { method: 'HEAD' })).status).toBe(200);
  });

  it('is below authRoutesPrefix, outside of the global prefix', async () => {
    const app = await start({
      logto: { authRoutesPrefix: 'auth' },
      configure: (nest) => nest.setGlobalPrefix('api'),
    });
    const browser = app.browser();

    expect((await browser.fetch('/auth/session')).json()).toMatchObject({
      signInUrl: `${app.baseUrl}/auth/sign-in`,
    });
    expect((await browser.fetch('/api/auth/session')).status).toBe(404);
  });

  it('does not exist with authRoutes: false', async () => {
    const app = await start({
      logto: { authRoutes: false, allowedOrigins: ['https://front.example.com'], unauthenticated: 'reject' },
    });
    const headers = { origin: 'https://front.example.com' };

    const page = await app.browser().fetch('/logto/session', { headers });

    expect(page.status).toBe(404);
    expect(page.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('answers 503 while the store is down, because the user may be signed in', async () => {
    const store = new MemorySessionStore();
    const browser = await (
      await start({ logto: { session: { ...session, store } } })
    ).signedInBrowser(issuer);
    store.emit('disconnect');

    const page = await get(browser);

    expect([page.status, page.json().code]).toEqual([503, 'session_store_unavailable']);
  });
});

describe.each(sessionMounts)('GET /logto/session, with a session that %s mounts', (_, mount) => {
  let store: MemorySessionStore;

  beforeEach(() => {
    store = new MemorySessionStore();
  });

  afterEach(() => restoreTime());

  it.each([
    ['rolling: true', { rolling: true }],
    ['resave: true', { resave: true }],
    ['saveUninitialized: true', { saveUninitialized: true }],
    ['the defaults', {}],
  ])('sets no cookie and writes nothing with %s', async (__, options) => {
    const app = await start(mount({ store, cookie: { maxAge: day * 1000 }, ...options }));
    const browser = await app.signedInBrowser(issuer);
    // Every other route would touch the session now.
    passTime(day / 2);
    store.calls.length = 0;

    const [ada, anonymous] = [await get(browser), await get(app.browser())];

    expect([ada, anonymous].map((page) => page.json().isAuthenticated)).toEqual([true, false]);
    expect([ada, anonymous].map(({ headers }) => headers.has('set-cookie'))).toEqual([false, false]);
    expect(store.calls.filter((call) => !call.startsWith('get '))).toEqual([]);
  });

  it('does not extend an idle session, unlike a page', async () => {
    const parts = mount({ store });
    const app = await start({
      ...parts,
      logto: { ...parts.logto, lifetime: { idle: 600 }, revalidateAfter: false },
    });
    const browser = await app.signedInBrowser(issuer);
    passTime(400);
    expect(await isSignedIn(browser)).toBe(true);

    passTime(400);
    expect((await get(browser)).json()).toMatchObject({ isAuthenticated: true });
    passTime(400);

    expect((await get(browser)).json()).toMatchObject({ isAuthenticated: false });
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('does not refresh outdated claims, which the next page does', async () => {
    const parts = mount({ store });
    const app = await start({ ...parts, logto: { ...parts.logto, revalidateAfter: 60 } });
    const browser = await app.signedInBrowser(issuer);
    passTime(100);
    issuer.resetRequests();

    await get(browser);
    expect(issuer.countRequests('token')).toBe(0);
    await isSignedIn(browser);

    expect(issuer.countRequests('token')).toBe(1);
  });

  it('does not refresh outdated claims behind a guard of the app, such as a rate limit', async () => {
    class RateLimitGuard {
      canActivate(): boolean {
        return true;
      }
    }
    const parts = mount({ store });
    const authRoutesDecorators = [UseGuards(RateLimitGuard)];
    const app = await start({
      ...parts,
      logto: { ...parts.logto, revalidateAfter: 60, authRoutesDecorators },
    });
    const browser = await app.signedInBrowser(issuer);
    passTime(100);
    issuer.resetRequests();
    store.calls.length = 0;

    expect((await get(browser)).json()).toMatchObject({ isAuthenticated: true });
    expect(issuer.countRequests('token')).toBe(0);
    expect(store.calls.filter((call) => !call.startsWith('get '))).toEqual([]);
  });
});

describe('expiresAt of GET /logto/session', () => {
  afterEach(() => restoreTime());

  /** Seconds from now, to the minute. */
  async function expiresIn(browser: Browser): Promise<number | undefined> {
    const { expiresAt } = (await get(browser)).json<{ expiresAt?: string }>();
    return expiresAt === undefined
      ? undefined
      : Math.round((Date.parse(expiresAt) - Date.now()) / 60_000) * 60;
  }

  const signedIn = async (logto: TestAppParts['logto']): Promise<Browser> =>
    (await start({ logto: { revalidateAfter: false, ...logto } })).signedInBrowser(issuer);

  it('is the end of the cookie that the browser got at sign-in', async () => {
    const browser = await signedIn({});
    passTime(3 * day);
    await isSignedIn(browser);

    expect(await expiresIn(browser)).toBe(11 * day);
  });

  it('is extended by a rolling cookie', async () => {
    const browser = await signedIn({ session: { ...session, rolling: true } });
    passTime(3 * day);
    await isSignedIn(browser);

    expect(await expiresIn(browser)).toBe(14 * day);
  });

  it('is the end of the absolute or idle lifetime if that is sooner', async () => {
    const browser = await signedIn({ lifetime: { absolute: 2 * 3600, idle: 3600 } });
    expect(await expiresIn(browser)).toBe(3600);
    passTime(3000);
    await isSignedIn(browser);
    expect(await expiresIn(browser)).toBe(3600);
    passTime(3000);
    await isSignedIn(browser);

    expect(await expiresIn(browser)).toBe(1200);
  });

  it('is absent if the session ends with the browser', async () => {
    const browser = await signedIn({ session: { ...session, cookie: { maxAge: null as never } } });

    expect((await get(browser)).json()).toMatchObject({ isAuthenticated: true });
    expect(await expiresIn(browser)).toBeUndefined();
  });
});
