import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UserScope } from 'nestjs-logto';
import { session, startApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { SignInController } from '../support/controllers/sign-in.controller.js';

const store = new MemorySessionStore();
const issuer = await startIssuer();
const app = await startApp({
  issuer,
  controllers: [PagesController, SignInController],
  logto: { session: { ...session, store }, http: { timeout: 1500 } },
});

describe('Sign-out', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.resetRequests();
  });

  /** Everything in the session store. */
  const stored = async (): Promise<string> =>
    JSON.stringify(await Promise.all(store.keys().map((key) => store.stored(key))));

  /** Expects a redirect to `location`, no session cookie and no session. */
  async function expectSignedOut(page: Page, location: string): Promise<void> {
    expect([page.status, page.location]).toEqual([302, location]);
    expect(browser.cookies.header(app.baseUrl)).not.toContain('logto.sid');
    expect(await signedInUser(browser)).toBeUndefined();
    expect((await browser.open('/protected')).status).toBe(302);
  }

  const atLogto = (): string =>
    `${issuer.issuer}/session/end?client_id=${application.id}&post_logout_redirect_uri=${encodeURIComponent(app.baseUrl)}`;

  it('ends the session and redirects to Logto to end the session there', async () => {
    await browser.signIn(issuer);
    const cookie = browser.cookies.header(app.baseUrl);

    const page = await browser.open('/logto/sign-out');

    await expectSignedOut(page, atLogto());
    expect(page.headers.get('cache-control')).toBe('no-store');
    // A copy of the cookie is worthless.
    expect((await app.browser().open('/protected', { cookie })).status).toBe(302);
  });

  it('ends the session at Logto and returns to the app', async () => {
    await browser.signIn(issuer);
    const { location = '' } = await browser.open('/logto/sign-out');
    expect((await issuer.signOut(location, { cookies: browser.cookies })).href).toBe(`${app.baseUrl}/`);

    // A silent sign-in finds no session at Logto.
    await browser.signIn(issuer, 'ada', '/logto/sign-in?prompt=none');
    expect(await signedInUser(browser)).toBeUndefined();
  });

  it('revokes the refresh token, which would outlive the session at Logto, and deletes all tokens', async () => {
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

  it('redirects to Logto also for an anonymous request, and stores nothing', async () => {
    store.calls.length = 0;

    const page = await browser.open('/logto/sign-out');

    expect([page.status, page.location]).toEqual([302, atLogto()]);
    expect(store.calls).toEqual([]);
  });

  it('ends the session of an anonymous visitor with a cart', async () => {
    await browser.open('/cart/add');

    await expectSignedOut(await browser.open('/logto/sign-out'), atLogto());
    expect((await browser.open('/session')).json()).toMatchObject({ cart: null });
  });

  it('does not affect other sessions of the user', async () => {
    await browser.signIn(issuer);
    const otherBrowser = await app.signedInBrowser(issuer);

    await browser.open('/logto/sign-out');

    expect((await otherBrowser.open('/protected')).text).toBe('hello ada');
  });

  it('can be followed immediately by a sign-in', async () => {
    await browser.signIn(issuer, 'ada');
    await browser.open('/logto/sign-out');
    await browser.signIn(issuer, 'ada');

    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('can be requested twice at the same time', async () => {
    await browser.signIn(issuer);

    const pages = await Promise.all([browser.open('/logto/sign-out'), browser.open('/logto/sign-out')]);

    expect(pages.map(({ status }) => status)).toEqual([302, 302]);
    expect(await signedInUser(browser)).toBeUndefined();
  });

  describe('while Logto fails', () => {
    it('ends the session and redirects to the app when Logto is down', async () => {
      await browser.signIn(issuer);
      await issuer.pause();
      try {
        await expectSignedOut(await browser.open('/logto/sign-out'), `${app.baseUrl}/`);
      } finally {
        await issuer.resume();
      }
    });

    it('ends the session and redirects to the app when Logto times out', async () => {
      await browser.signIn(issuer);
      issuer.failNext('revocation', { delay: Number.POSITIVE_INFINITY });

      await expectSignedOut(await browser.open('/logto/sign-out'), `${app.baseUrl}/`);
    });

    it('redirects to the app when Logto has never been reached', async () => {
      const cold = await startApp({
        issuer: { endpoint: 'http://localhost:9' },
        controllers: [PagesController],
      });

      const page = await cold.browser().open('/logto/sign-out');

      expect([page.status, page.location]).toEqual([302, `${cold.baseUrl}/`]);
    });

    it.each([
      ['does not revoke the token', { status: 400, body: { error: 'invalid_request' } }],
      ['rejects the client secret', { status: 401, body: { error: 'invalid_client' } }],
    ])('ends the session and redirects to Logto when it %s', async (_, fault) => {
      await browser.signIn(issuer);
      issuer.failNext('revocation', fault);

      await expectSignedOut(await browser.open('/logto/sign-out'), atLogto());
    });
  });

  it('fails without a partial sign-out when the session store is down', async () => {
    await browser.signIn(issuer);
    store.shouldFail = (operation) => operation !== 'get';
    const refused = await browser.open('/logto/sign-out');
    store.shouldFail = () => false;

    expect(refused.status).toBe(503);
    expect(refused.text).toContain('session_store_unavailable');
    expect(await signedInUser(browser)).toBe('ada');
    await expectSignedOut(await browser.open('/logto/sign-out'), atLogto());
    expect(issuer.countRequests('revocation')).toBe(1);
  });

  describe('through LogtoService', () => {
    it('does the same as the route', async () => {
      await browser.signIn(issuer);

      await expectSignedOut(await browser.post('/leave'), atLogto());
    });

    it('ends only the app’s session with `local`, and redirects to the given URL', async () => {
      await browser.signIn(issuer);

      await expectSignedOut(await browser.post('/leave-here'), `${app.baseUrl}/bye`);
      // The session at Logto continues, so ada is signed in without a page.
      await browser.signIn(issuer, 'bob');
      expect(await signedInUser(browser)).toBe('ada');
    });
  });

  it('returns to postSignOutRedirectUri', async () => {
    const own = await startApp({
      issuer,
      logto: { postSignOutRedirectUri: 'http://localhost:4000/bye?now=1', scopes: [UserScope.Email] },
    });
    const { location = '' } = await own.browser().open('/logto/sign-out');

    expect(new URL(location).searchParams.get('post_logout_redirect_uri')).toBe(
      'http://localhost:4000/bye?now=1',
    );
  });

  it('works without a refresh token', async () => {
    const own = await startApp({
      issuer,
      controllers: [PagesController],
      logto: { includeReservedScopes: false, scopes: ['openid', 'profile'] },
    });
    const visitor = await own.signedInBrowser(issuer);
    issuer.resetRequests();

    expect((await visitor.open('/logto/sign-out')).location).toContain('/session/end');
    expect(issuer.requests('revocation')[0]?.body).toMatchObject({ token_type_hint: 'access_token' });
    expect((await visitor.open('/user')).json()).toEqual({ isAuthenticated: false });
  });
});
