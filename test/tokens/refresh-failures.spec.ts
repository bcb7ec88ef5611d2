import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { changedTokenResponse } from '../support/logto/changed-token-response.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { otherTokenPath, resourceTokenPath } from '../support/logto/token-path.js';

const startIssuerWithLeeway = (leeway: number): Promise<LogtoEmulator> =>
  startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: leeway });

describe.each([
  { leeway: 0, title: 'no leeway for rotated refresh tokens' },
  { leeway: 60, title: 'a leeway for rotated refresh tokens' },
])('When Logto fails, with $title,', ({ leeway }) => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuerWithLeeway(leeway);
    app = await startTokenApp({ issuer });
  });

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.setApplication({ ...application, allowTokenExchange: true });
  });

  // Not after each test: if the clock is set back, cached entries become younger.
  afterAll(() => restoreTime());

  const signedIn = async (): Promise<boolean> =>
    (await browser.fetch('/user')).json<{ isAuthenticated: boolean }>().isAuthenticated;

  const outages: { name: string; code: string; happens: () => void; ends?: () => Promise<void> }[] = [
    { name: 'answers 500', code: 'provider_unavailable', happens: () => issuer.failNext('token') },
    {
      name: 'answers with an HTML page',
      code: 'provider_unavailable',
      happens: () => issuer.failNext('token', { status: 200, body: '<html>', contentType: 'text/html' }),
    },
    {
      name: 'is busy (429)',
      code: 'authorization_refused',
      happens: () => issuer.failNext('token', { status: 429, body: { error: 'slow_down' } }),
    },
    {
      name: 'is busy (temporarily_unavailable)',
      code: 'temporarily_unavailable',
      happens: () => issuer.failNext('token', { status: 400, body: { error: 'temporarily_unavailable' } }),
    },
    {
      name: 'refuses the application (unauthorized_client)',
      code: 'unauthorized_client',
      happens: () => issuer.failNext('token', { status: 400, body: { error: 'unauthorized_client' } }),
    },
    {
      name: 'breaks every connection',
      code: 'provider_unavailable',
      happens: () => issuer.failNext('token', { destroy: true, times: 2 }),
    },
  ];

  it.each(outages)(
    'a token endpoint that $name leads to 503 and does not sign the user out, and the next request works',
    async ({ code, happens }) => {
      happens();
      const failed = await browser.fetch(resourceTokenPath);
      expect([failed.status, failed.json()]).toMatchObject([503, { code }]);
      expect(await signedIn()).toBe(true);
      expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
    },
  );

  it('a Logto that is down does not sign the user out, and requests work when it is back', async () => {
    await issuer.pause();
    expect((await browser.fetch(resourceTokenPath)).status).toBe(503);
    expect((await browser.fetch('/user-info')).status).toBe(503);
    passTime(3601);
    expect((await browser.fetch('/user')).json()).toMatchObject({
      isAuthenticated: true,
      claims: { sub: 'ada' },
    });
    await issuer.resume();
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('a wrong client secret does not sign the user out', async () => {
    issuer.setApplication({ ...application, secret: 'changed-in-the-console' });
    const failed = await browser.fetch(resourceTokenPath);
    expect([failed.status, failed.json()]).toMatchObject([503, { code: 'invalid_client' }]);
    expect(await signedIn()).toBe(true);

    issuer.setApplication({ ...application });
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('a connection that breaks before Logto has received the request is retried once', async () => {
    issuer.failNext('token', { destroy: true });
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
    expect(issuer.countRequests('token')).toBe(2);
  });

  it('a token that is about to expire is used until it expires, if it cannot be refreshed', async () => {
    const { text } = await browser.fetch(otherTokenPath);
    passTime(595);
    issuer.failNext('token', { times: 2 });
    expect((await browser.fetch(otherTokenPath)).text).toBe(text);
    passTime(10);
    expect((await browser.fetch(otherTokenPath)).status).toBe(503);
    expect((await browser.fetch(otherTokenPath)).status).toBe(200);
  });

  it('signing keys that cannot be fetched fail the call but keep the rotated refresh token: the next call works', async () => {
    // So that the keys are fetched again.
    passTime(600);
    issuer.failNext('jwks', { times: 2 });
    expect((await browser.fetch(resourceTokenPath)).status).toBe(503);
    expect(await signedIn()).toBe(true);
    issuer.clearFaults();

    issuer.passTime(61);
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
    expect((await browser.fetch(otherTokenPath)).status).toBe(200);
  });

  it('rotated signing keys, also of another algorithm, do not affect a refresh', async () => {
    for (const algorithm of ['RS256', 'ES384'] as const) {
      passTime(11);
      await issuer.rotateSigningKeys({ algorithm, keepPrevious: false });
      issuer.resetRequests();
      expect((await browser.fetch('/refresh')).json()).toMatchObject({ claims: { sub: 'ada' } });
      expect(issuer.countRequests('token')).toBe(1);
    }
  });

  it('a refresh that Logto rejects with invalid_grant ends the sign-in, and the guard asks for a new one', async () => {
    await browser.fetch('/cart/add/book');
    issuer.revokeGrants('ada');

    expect((await browser.open(resourceTokenPath)).status).toBe(401);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.open(resourceTokenPath)).location).toContain('/logto/sign-in?returnTo=');
    expect((await browser.fetch('/cart')).json()).toEqual(['book']);

    await browser.signIn(issuer);
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
    expect((await browser.fetch('/cart')).json()).toEqual(['book']);
  });

  it('a refresh that Logto rejects with access_denied ends the sign-in, unless it was for a resource', async () => {
    const denied = { status: 403, body: { error: 'access_denied' } };
    issuer.failNext('token', denied);
    expect((await browser.fetch(resourceTokenPath)).status).toBe(403);
    expect(await signedIn()).toBe(true);

    await browser.fetch('/clear-access-token');
    issuer.failNext('token', denied);
    expect((await browser.fetch('/token')).status).toBe(401);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it('an ended sign-in leads to no more token requests', async () => {
    issuer.revokeGrants('ada');
    await browser.fetch(resourceTokenPath);
    issuer.resetRequests();
    await Promise.all(Array.from({ length: 10 }, () => browser.fetch(resourceTokenPath)));
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('a refreshed ID token of another user is rejected', async () => {
    const other = await app.signedInBrowser(issuer, 'bob');
    const stolen = (await other.fetch('/stored-tokens')).json<{ idToken: string }>().idToken;
    issuer.failNext(
      'token',
      changedTokenResponse((body) => ({ ...body, id_token: stolen })),
    );
    const refused = await browser.fetch(resourceTokenPath);
    expect([refused.status, refused.json()]).toMatchObject([401, { code: 'id_token_invalid' }]);
    expect((await browser.fetch('/user')).json()).toMatchObject({ claims: { sub: 'ada' } });
  });

  it('a response without an ID token renews the token and keeps the claims', async () => {
    issuer.failNext(
      'token',
      changedTokenResponse((body) => ({ ...body, id_token: undefined })),
    );
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
    expect((await browser.fetch('/user')).json()).toMatchObject({
      claims: { sub: 'ada', name: 'Ada Lovelace' },
    });
  });
});

describe('A connection that breaks after Logto has rotated the refresh token', () => {
  it.each([
    { leeway: 60, outcome: 'is retried with success within the leeway', status: 200 },
    {
      leeway: 0,
      outcome: 'leads to a new sign-in without a leeway, since the refresh token is lost',
      status: 401,
    },
  ])('$outcome', async ({ leeway, status }) => {
    const issuer = await startIssuerWithLeeway(leeway);
    const app = await startTokenApp({ issuer });
    const browser = await app.signedInBrowser(issuer);
    issuer.failNext('token', { cutAfter: true });

    expect((await browser.fetch(resourceTokenPath)).status).toBe(status);
    if (status === 401) expect((await browser.open(resourceTokenPath)).location).toContain('/logto/sign-in');
  });
});

describe('A crash after Logto’s response and before the write to the store', () => {
  it.each([
    { leeway: 60, outcome: 'does not sign the user out when the app is back within the leeway', status: 200 },
    {
      leeway: 0,
      outcome: 'leads to a new sign-in without a leeway',
      status: 401,
    },
  ])('$outcome', async ({ leeway, status }) => {
    const issuer = await startIssuerWithLeeway(leeway);
    const store = new MemorySessionStore();
    let crashing = false;
    let answered!: () => void;
    const answer = new Promise<void>((resolve) => (answered = resolve));
    const crashed = await startTokenApp({
      issuer,
      logto: {
        session: { ...session, store },
        http: {
          fetch: async (...call) => {
            const response = await fetch(...call);
            if (!crashing) return response;
            answered();
            return new Promise<Response>(() => undefined);
          },
        },
      },
    });
    const browser = await crashed.signedInBrowser(issuer);
    await browser.fetch('/token');
    crashing = true;
    void browser.fetch(resourceTokenPath).catch(() => undefined);
    await answer;
    crashed.app.getHttpServer().closeAllConnections();
    await crashed.close();

    const port = Number(new URL(crashed.baseUrl).port);
    const back = await startTokenApp({ issuer, port, logto: { session: { ...session, store } } });
    expect((await browser.fetch(back.baseUrl + resourceTokenPath)).status).toBe(status);
    if (status === 401) {
      expect((await browser.open(back.baseUrl + resourceTokenPath)).location).toContain('/logto/sign-in');
      await browser.signIn(issuer, 'ada', `${back.baseUrl}/logto/sign-in`);
    }
    expect((await browser.fetch(back.baseUrl + otherTokenPath)).status).toBe(200);
  });
});
