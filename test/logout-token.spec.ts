import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Controller, Get, Session, UseGuards } from '@nestjs/common';
import { MemoryStore } from 'express-session';
import { generateKeyPair, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { LogtoGuard } from 'nestjs-logto';
import { session, startApp, type TestApp } from './support/app.js';
import type { Browser, Page } from './support/browser.js';
import { startHostileProvider, type HostileProvider } from './support/hostile-provider.js';
import { application } from './support/issuer.js';

@Controller()
class PagesController {
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(): string {
    return 'in';
  }

  /** Changes its session, and takes its time. */
  @Get('slow')
  @UseGuards(LogtoGuard)
  async slow(@Session() own: { visits?: number }): Promise<string> {
    own.visits = (own.visits ?? 0) + 1;
    slowRequest.arrive();
    await slowRequest.released;
    return 'done';
  }
}

/** Holds a request until the test lets it go. */
const slowRequest = gate();

function gate(): {
  arrive: () => void;
  arrived: Promise<void>;
  release: () => void;
  released: Promise<void>;
} {
  let arrive = (): void => undefined;
  let release = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  return { arrive: () => arrive(), arrived, release: () => release(), released };
}

const logoutEvent = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('A logout token', () => {
  let provider: HostileProvider;
  let app: TestApp;
  let store: MemoryStore;

  beforeEach(async () => {
    provider = await startHostileProvider();
    store = new MemoryStore();
    app = await startApp({
      issuer: provider,
      controllers: [PagesController],
      logto: { session: { ...session, store } },
    });
  });

  afterEach(async () => {
    await app.close();
    await provider.close();
  });

  async function signedIn(sub = 'ada', sid?: string): Promise<Browser> {
    const browser = app.browser();
    const { location } = await browser.open('/logto/sign-in');
    provider.bends = { claims: (usual) => ({ ...usual, sub, sid }) };
    await browser.open(provider.callback(location ?? ''));
    provider.bends = {};
    return browser;
  }

  const isIn = async (browser: Browser): Promise<boolean> =>
    (await browser.open('/protected')).status === 200;

  function claims(overrides: JWTPayload = {}): JWTPayload {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: provider.issuer,
      aud: application.id,
      iat: now,
      exp: now + 120,
      jti: randomUUID(),
      events: logoutEvent,
      sub: 'ada',
      ...overrides,
    };
  }

  const signed = (overrides?: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
    provider.sign(JSON.parse(JSON.stringify(claims(overrides))) as JWTPayload, {
      typ: 'logout+jwt',
      ...header,
    });

  const send = (token: string): Promise<Page> =>
    app.browser().fetch('/logto/back-channel-logout', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
    });

  const rows: [what: string, token: () => string | Promise<string>][] = [
    ['is not signed', () => new UnsecuredJWT(claims()).encode()],
    [
      'is signed by somebody else',
      async () => {
        const { privateKey } = await generateKeyPair('ES384');
        const header = { alg: 'ES384', kid: 'key-1', typ: 'logout+jwt' };
        return new SignJWT(claims()).setProtectedHeader(header).sign(privateKey);
      },
    ],
    [
      'is signed with the client secret',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', typ: 'logout+jwt' })
          .sign(new TextEncoder().encode(application.secret)),
    ],
    ['comes from another issuer', () => signed({ iss: 'https://other.example/oidc' })],
    ['is for another application', () => signed({ aud: 'another-app' })],
    ['has expired', () => signed({ exp: Math.floor(Date.now() / 1000) - 120 })],
    ['never expires', () => signed({ exp: undefined })],
    ['has no time of issue', () => signed({ iat: undefined })],
    ['has no id', () => signed({ jti: undefined })],
    ['tells of no event', () => signed({ events: undefined })],
    ['tells of another event', () => signed({ events: { 'https://example.com/event': {} } })],
    ['has a nonce', () => signed({ nonce: 'n' })],
    ['names neither session nor user', () => signed({ sub: undefined })],
    ['is an ID token', () => signed({ events: undefined }, { typ: undefined })],
    ['says it is an access token', () => signed({}, { typ: 'at+jwt' })],
  ];

  it.each(rows)('is refused that %s', async (_, token) => {
    const browser = await signedIn();

    const answer = await send(await token());

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'logout_token_invalid' });
    expect(await isIn(browser)).toBe(true);
  });

  it('is refused when it comes a second time', async () => {
    const token = await signed();
    expect((await send(token)).status).toBe(200);

    expect((await send(token)).status).toBe(400);
  });

  it('ends the sessions of its `sid` and no others', async () => {
    const here = await signedIn('ada', 'session-1');
    const elsewhere = await signedIn('ada', 'session-2');

    expect((await send(await signed({ sid: 'session-1' }))).status).toBe(200);

    expect([await isIn(here), await isIn(elsewhere)]).toEqual([false, true]);
  });

  it('ends the sessions of its `sid` without naming the user', async () => {
    const browser = await signedIn('ada', 'session-1');

    expect((await send(await signed({ sid: 'session-1', sub: undefined }))).status).toBe(200);

    expect(await isIn(browser)).toBe(false);
  });

  it('that names a user leaves the sessions alone that began after it was issued', async () => {
    const token = await signed({ iat: Math.floor(Date.now() / 1000) - 60 });
    const browser = await signedIn();

    expect((await send(token)).status).toBe(200);

    expect(await isIn(browser)).toBe(true);
  });

  it('that comes while a sign-in of its session is being finished still ends that sign-in', async () => {
    const browser = app.browser();
    const { location } = await browser.open('/logto/sign-in');
    provider.bends = {
      claims: (honest) => ({ ...honest, sid: 'session-1' }),
      answer: async (path, answer) => {
        if (path === '/oidc/token') await send(await signed({ sid: 'session-1' }));
        return answer;
      },
    };

    const answer = await browser.fetch(provider.callback(location ?? ''));

    expect(answer.status).toBe(401);
    expect(await isIn(browser)).toBe(false);
  });

  it('ends a session for good: a request in flight cannot bring it back', async () => {
    const browser = await signedIn('ada', 'session-1');
    const slow = browser.fetch('/slow');
    await slowRequest.arrived;

    await send(await signed({ sid: 'session-1' }));
    slowRequest.release();

    expect((await slow).status).toBe(200);
    expect(await isIn(browser)).toBe(false);
  });

  it('gets 503 while the session store is down, and works once it is back', async () => {
    const browser = await signedIn('ada', 'session-1');
    const token = await signed({ sid: 'session-1' });
    const { get } = store;
    store.get = (_, callback) => callback(new Error('the store is down'));
    expect((await send(token)).status).toBe(503);
    store.get = get;

    expect((await send(token)).status).toBe(200);
    expect(await isIn(browser)).toBe(false);
  });
});
