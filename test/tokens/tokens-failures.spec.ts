import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { application, resource, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { otherResource, startTokenApp, tokenTenant } from '../support/token-app.js';
import { session } from '../support/app.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;

describe.each([
  { leeway: 0, title: 'no leeway for rotated refresh tokens' },
  { leeway: 60, title: 'a leeway' },
])('When Logto fails, with $title', ({ leeway }) => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: leeway });
    app = await startTokenApp({ issuer });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.setApplication({ ...application, allowTokenExchange: true });
  });

  afterAll(async () => {
    // Not after each: a clock that is put back would make what was cached meanwhile young again.
    restoreTime();
    await app.close();
    await issuer.close();
  });

  const signedIn = async (): Promise<boolean> =>
    (await browser.fetch('/user')).json<{ isAuthenticated: boolean }>().isAuthenticated;

  const outages: { name: string; code: string; happens: () => void; ends?: () => Promise<void> }[] = [
    { name: 'answers 500', code: 'provider_unavailable', happens: () => issuer.failNext('token') },
    {
      name: 'answers with a page of its proxy',
      code: 'provider_unavailable',
      happens: () => issuer.failNext('token', { status: 200, body: '<html>', contentType: 'text/html' }),
    },
    {
      name: 'is busy (429)',
      code: 'authorization_refused',
      happens: () => issuer.failNext('token', { status: 429, body: { error: 'slow_down' } }),
    },
    {
      name: 'says that it is busy',
      code: 'temporarily_unavailable',
      happens: () => issuer.failNext('token', { status: 400, body: { error: 'temporarily_unavailable' } }),
    },
    {
      name: 'does not let the application refresh for now (unauthorized_client)',
      code: 'unauthorized_client',
      happens: () => issuer.failNext('token', { status: 400, body: { error: 'unauthorized_client' } }),
    },
    {
      name: 'cuts every connection',
      code: 'provider_unavailable',
      happens: () => issuer.failNext('token', { destroy: true, times: 2 }),
    },
  ];

  it.each(outages)(
    'a token endpoint that $name is told as transient (503), nobody is signed out, and all is well when it is back',
    async ({ code, happens }) => {
      happens();
      const failed = await browser.fetch(forResource);
      expect([failed.status, failed.json()]).toMatchObject([503, { code }]);
      expect(await signedIn()).toBe(true);
      expect((await browser.fetch(forResource)).status).toBe(200);
    },
  );

  it('a Logto that is down altogether signs nobody out, and all is well when it is back', async () => {
    await issuer.pause();
    expect((await browser.fetch(forResource)).status).toBe(503);
    expect((await browser.fetch('/user-info')).status).toBe(503);
    passTime(3601);
    expect((await browser.fetch('/user')).json()).toMatchObject({
      isAuthenticated: true,
      claims: { sub: 'ada' },
    });
    await issuer.resume();
    expect((await browser.fetch(forResource)).status).toBe(200);
  });

  it('a wrong application secret signs nobody out: it is the operator’s to mend', async () => {
    issuer.setApplication({ ...application, secret: 'changed-in-the-console' });
    const failed = await browser.fetch(forResource);
    expect([failed.status, failed.json()]).toMatchObject([503, { code: 'invalid_client' }]);
    expect(await signedIn()).toBe(true);

    issuer.setApplication({ ...application });
    expect((await browser.fetch(forResource)).status).toBe(200);
  });

  it('a connection that breaks before Logto has seen the request is tried once more, unnoticed', async () => {
    issuer.failNext('token', { destroy: true });
    expect((await browser.fetch(forResource)).status).toBe(200);
    expect(issuer.countRequests('token')).toBe(2);
  });

  it('a token that is about to expire is used until it does, as long as there is no newer one', async () => {
    const { text } = await browser.fetch(forOther);
    passTime(595);
    issuer.failNext('token', { times: 2 });
    expect((await browser.fetch(forOther)).text).toBe(text);
    passTime(10);
    expect((await browser.fetch(forOther)).status).toBe(503);
    expect((await browser.fetch(forOther)).status).toBe(200);
  });

  it('keys that cannot be fetched fail the call, but the rotated refresh token is kept: the next call works', async () => {
    // So that the keys have to be fetched again.
    passTime(600);
    issuer.failNext('jwks', { times: 2 });
    expect((await browser.fetch(forResource)).status).toBe(503);
    expect(await signedIn()).toBe(true);
    issuer.clearFaults();

    issuer.passTime(61);
    expect((await browser.fetch(forResource)).status).toBe(200);
    expect((await browser.fetch(forOther)).status).toBe(200);
  });

  it('signing keys that change, to another algorithm too, go unnoticed by a refresh', async () => {
    for (const algorithm of ['RS256', 'ES384'] as const) {
      passTime(11);
      await issuer.rotateSigningKeys({ algorithm, keepPrevious: false });
      issuer.resetRequests();
      expect((await browser.fetch('/refresh')).json()).toMatchObject({ claims: { sub: 'ada' } });
      expect(issuer.countRequests('token')).toBe(1);
    }
  });

  it('a refresh that Logto refuses for good (invalid_grant) ends the sign-in, and the guard asks for a new one', async () => {
    await browser.fetch('/cart/add/book');
    issuer.revokeGrants('ada');

    expect((await browser.open(forResource)).status).toBe(401);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.open(forResource)).location).toContain('/logto/sign-in?returnTo=');
    expect((await browser.fetch('/cart')).json()).toEqual(['book']);

    await browser.signIn(issuer);
    expect((await browser.fetch(forResource)).status).toBe(200);
    expect((await browser.fetch('/cart')).json()).toEqual(['book']);
  });

  it('a refresh that Logto denies (access_denied) ends the sign-in, unless it asked for a resource', async () => {
    const denied = { status: 403, body: { error: 'access_denied' } };
    issuer.failNext('token', denied);
    expect((await browser.fetch(forResource)).status).toBe(403);
    expect(await signedIn()).toBe(true);

    await browser.fetch('/clear-access-token');
    issuer.failNext('token', denied);
    expect((await browser.fetch('/token')).status).toBe(401);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it('an ended sign-in is not asked about again', async () => {
    issuer.revokeGrants('ada');
    await browser.fetch(forResource);
    issuer.resetRequests();
    await Promise.all(Array.from({ length: 10 }, () => browser.fetch(forResource)));
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('a refreshed ID token of somebody else is refused', async () => {
    const other = app.browser();
    await other.signIn(issuer, 'bob');
    const stolen = (await other.fetch('/kept')).json<{ idToken: string }>().idToken;
    issuer.failNext('token', {
      transform: (response) => ({
        ...response,
        body: JSON.stringify({ ...(JSON.parse(response.body) as object), id_token: stolen }),
      }),
    });
    const refused = await browser.fetch(forResource);
    expect([refused.status, refused.json()]).toMatchObject([401, { code: 'id_token_invalid' }]);
    expect((await browser.fetch('/user')).json()).toMatchObject({ claims: { sub: 'ada' } });
  });

  it('an answer without an ID token brings the token and leaves the claims', async () => {
    issuer.failNext('token', {
      transform: (response) => {
        const { id_token: _left, ...body } = JSON.parse(response.body) as Record<string, unknown>;
        return { ...response, body: JSON.stringify(body) };
      },
    });
    expect((await browser.fetch(forResource)).status).toBe(200);
    expect((await browser.fetch('/user')).json()).toMatchObject({
      claims: { sub: 'ada', name: 'Ada Lovelace' },
    });
  });
});

describe('A connection that breaks after Logto has rotated the refresh token', () => {
  it.each([
    { leeway: 60, outcome: 'goes unnoticed within the leeway', status: 200 },
    {
      leeway: 0,
      outcome: 'asks for a new sign-in where there is no leeway, the token being lost',
      status: 401,
    },
  ])('$outcome', async ({ leeway, status }) => {
    const issuer = await startIssuer({
      ...tokenTenant,
      rotation: 'every-use',
      refreshTokenReuseInterval: leeway,
    });
    const app = await startTokenApp({ issuer });
    const browser = app.browser();
    await browser.signIn(issuer);
    issuer.failNext('token', { cutAfter: true });

    expect((await browser.fetch(forResource)).status).toBe(status);
    if (status === 401) expect((await browser.open(forResource)).location).toContain('/logto/sign-in');
    await app.close();
    await issuer.close();
  });
});

describe('A crash between Logto’s answer and the store', () => {
  it.each([
    { leeway: 60, outcome: 'is survived by the user when the app is back within the leeway', status: 200 },
    {
      leeway: 0,
      outcome: 'asks for a new sign-in where there is no leeway, and never fails otherwise',
      status: 401,
    },
  ])('$outcome', async ({ leeway, status }) => {
    const issuer = await startIssuer({
      ...tokenTenant,
      rotation: 'every-use',
      refreshTokenReuseInterval: leeway,
    });
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
    const browser = crashed.browser();
    await browser.signIn(issuer);
    await browser.fetch('/token');
    crashing = true;
    void browser.fetch(forResource).catch(() => undefined);
    await answer;
    crashed.app.getHttpServer().closeAllConnections();
    await crashed.close();

    const port = Number(new URL(crashed.baseUrl).port);
    const back = await startTokenApp({ issuer, port, logto: { session: { ...session, store } } });
    expect((await browser.fetch(back.baseUrl + forResource)).status).toBe(status);
    if (status === 401) {
      expect((await browser.open(back.baseUrl + forResource)).location).toContain('/logto/sign-in');
      await browser.signIn(issuer, 'ada', `${back.baseUrl}/logto/sign-in`);
    }
    expect((await browser.fetch(back.baseUrl + forOther)).status).toBe(200);
    await back.close();
    await issuer.close();
  });
});
