import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UserScope } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { application, startIssuer } from '../support/issuer.js';
import { PagesController } from '../support/pages.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { SignInController } from '../support/sign-in.controller.js';

describe('Sign-out', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;
  let store: MemorySessionStore;

  beforeAll(async () => {
    issuer = await startIssuer();
    store = new MemorySessionStore();
    app = await startApp({
      issuer,
      controllers: [PagesController, SignInController],
      logto: { session: { secret: 'the-session-secret', store }, http: { timeout: 1500 } },
    });
  });

  beforeEach(() => {
    browser = app.browser();
  });

  afterEach(async () => {
    issuer.clearFaults();
    issuer.resetRequests();
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  const who = async (): Promise<string | undefined> =>
    (await browser.open('/user')).json<{ claims?: { sub: string } }>().claims?.sub;

  /** Everything in the session store. */
  const stored = async (): Promise<string> =>
    JSON.stringify(await Promise.all(store.keys().map((key) => store.stored(key))));

  /** Its cookie is gone, its session is dead, and the way leads on to `location`. */
  async function expectSignedOut(page: Page, location: string): Promise<void> {
    expect([page.status, page.location]).toEqual([302, location]);
    expect(browser.cookies.header(app.baseUrl)).not.toContain('logto.sid');
    expect(await who()).toBeUndefined();
    expect((await browser.open('/protected')).status).toBe(302);
  }

  const atLogto = (): string =>
    `${issuer.issuer}/session/end?client_id=${application.id}&post_logout_redirect_uri=${encodeURIComponent(app.baseUrl)}`;

  it('ends the session here and goes on to end it at Logto', async () => {
    await browser.signIn(issuer);
    const cookie = browser.cookies.header(app.baseUrl);

    const page = await browser.open('/logto/sign-out');

    await expectSignedOut(page, atLogto());
    expect(page.headers.get('cache-control')).toBe('no-store');
    // A copy of the cookie is worth nothing any more.
    expect((await app.browser().open('/protected', { cookie })).status).toBe(302);
  });

  it('ends Logto’s own session, and comes back to where the app says', async () => {
    await browser.signIn(issuer);
    const { location = '' } = await browser.open('/logto/sign-out');
    expect((await issuer.signOut(location, { cookies: browser.cookies })).href).toBe(`${app.baseUrl}/`);

    // A silent sign-in finds nobody there.
    await browser.signIn(issuer, 'ada', '/logto/sign-in?prompt=none');
    expect(await who()).toBeUndefined();
  });

  it('revokes the refresh token, which would outlive Logto’s session, and forgets all tokens', async () => {
    await browser.signIn(issuer);
    const refreshToken = (await stored()).match(/"refreshToken":"([^"]+)"/)?.[1];
    issuer.resetRequests();

    await browser.open('/logto/sign-out');

    const [revocation] = issuer.requests('revocation');
    expect(revocation?.body).toMatchObject({ token: refreshToken, token_type_hint: 'refresh_token' });
    expect(await stored()).not.toMatch(/refreshToken|accessToken|"claims"/);
  });

  it('clears the cookie with the attributes that it was set with', async () => {
    await browser.signIn(issuer);

    const [cookie = ''] = (await browser.open('/logto/sign-out')).headers.getSetCookie();

    expect(cookie).toMatch(/^logto\.sid\.[\da-f]{8}=;/);
    expect(cookie.split('; ')).toEqual(
      expect.arrayContaining(['Path=/', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'HttpOnly', 'SameSite=Lax']),
    );
  });

  it('goes the same way when nobody is signed in, and stores nothing for it', async () => {
    store.calls.length = 0;

    const page = await browser.open('/logto/sign-out');

    expect([page.status, page.location]).toEqual([302, atLogto()]);
    expect(store.calls).toEqual([]);
  });

  it('ends the session of a visitor who only had a cart', async () => {
    await browser.open('/cart/add');

    await expectSignedOut(await browser.open('/logto/sign-out'), atLogto());
    expect((await browser.open('/session')).json()).toMatchObject({ cart: null });
  });

  it('leaves other sessions of the same user alone', async () => {
    await browser.signIn(issuer);
    const elsewhere = app.browser();
    await elsewhere.signIn(issuer);

    await browser.open('/logto/sign-out');

    expect((await elsewhere.open('/protected')).text).toBe('hello ada');
  });

  it('can be followed by a sign-in at once', async () => {
    await browser.signIn(issuer, 'ada');
    await browser.open('/logto/sign-out');
    await browser.signIn(issuer, 'ada');

    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('can be asked for twice at once', async () => {
    await browser.signIn(issuer);

    const pages = await Promise.all([browser.open('/logto/sign-out'), browser.open('/logto/sign-out')]);

    expect(pages.map(({ status }) => status)).toEqual([302, 302]);
    expect(await who()).toBeUndefined();
  });

  describe('while Logto is not well', () => {
    it('ends here and goes home when Logto is down', async () => {
      await browser.signIn(issuer);
      await issuer.pause();
      try {
        await expectSignedOut(await browser.open('/logto/sign-out'), `${app.baseUrl}/`);
      } finally {
        await issuer.resume();
      }
    });

    it('ends here and goes home when Logto does not answer in time', async () => {
      await browser.signIn(issuer);
      issuer.failNext('revocation', { delay: Number.POSITIVE_INFINITY });

      await expectSignedOut(await browser.open('/logto/sign-out'), `${app.baseUrl}/`);
    });

    it('ends here and goes home when Logto was never reached', async () => {
      const cold = await startApp({
        issuer: { endpoint: 'http://localhost:9' },
        controllers: [PagesController],
      });

      const page = await cold.browser().open('/logto/sign-out');

      expect([page.status, page.location]).toEqual([302, `${cold.baseUrl}/`]);
      await cold.close();
    });

    it.each([
      ['refuses to revoke', { status: 400, body: { error: 'invalid_request' } }],
      ['no longer knows the secret', { status: 401, body: { error: 'invalid_client' } }],
    ])('ends here and at Logto when it %s', async (_, fault) => {
      await browser.signIn(issuer);
      issuer.failNext('revocation', fault);

      await expectSignedOut(await browser.open('/logto/sign-out'), atLogto());
    });
  });

  it('is a clear failure, and no half sign-out, when the session store is down', async () => {
    await browser.signIn(issuer);
    store.failing = (operation) => operation !== 'get';
    const refused = await browser.open('/logto/sign-out');
    store.failing = () => false;

    expect(refused.status).toBe(503);
    expect(refused.text).toContain('session_store_unavailable');
    expect(await who()).toBe('ada');
    await expectSignedOut(await browser.open('/logto/sign-out'), atLogto());
    expect(issuer.countRequests('revocation')).toBe(1);
  });

  describe('by LogtoService', () => {
    it('does what the route does', async () => {
      await browser.signIn(issuer);

      await expectSignedOut(await browser.post('/leave'), atLogto());
    });

    it('ends only this app’s session where it is told to, and goes where it is told', async () => {
      await browser.signIn(issuer);

      await expectSignedOut(await browser.post('/leave-here'), `${app.baseUrl}/bye`);
      // Logto still knows who is there, and asks nobody.
      await browser.signIn(issuer, 'bob');
      expect(await who()).toBe('ada');
    });
  });

  it('comes back to postSignOutRedirectUri where there is one', async () => {
    const own = await startApp({
      issuer,
      logto: { postSignOutRedirectUri: 'http://localhost:4000/bye?now=1', scopes: [UserScope.Email] },
    });
    const { location = '' } = await own.browser().open('/logto/sign-out');

    expect(new URL(location).searchParams.get('post_logout_redirect_uri')).toBe(
      'http://localhost:4000/bye?now=1',
    );
    await own.close();
  });

  it('signs out who signed in without a refresh token', async () => {
    const own = await startApp({
      issuer,
      controllers: [PagesController],
      logto: { includeReservedScopes: false, scopes: ['openid', 'profile'] },
    });
    const visitor = own.browser();
    await visitor.signIn(issuer);
    issuer.resetRequests();

    expect((await visitor.open('/logto/sign-out')).location).toContain('/session/end');
    expect(issuer.requests('revocation')[0]?.body).toMatchObject({ token_type_hint: 'access_token' });
    expect((await visitor.open('/user')).json()).toEqual({ isAuthenticated: false });
    await own.close();
  });
});
