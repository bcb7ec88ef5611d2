import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, Session, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { MemoryStore } from 'express-session';
import { generateKeyPair, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { LogtoGuard, LogtoService } from 'nestjs-logto';
import type { SessionRecord } from '../../src/store/session-record.js';
import { SignInIndex } from '../../src/store/sign-in-index.js';
import { Tombstones } from '../../src/store/tombstones.js';
import { session, startApp, type TestApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { Latch } from '../support/runner/latches.js';
import { startHostileProvider, type HostileProvider } from '../support/logto/hostile-provider.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { application } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { logoutTokenClaims } from '../support/logto/logout-token-claims.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { sendLogoutToken } from '../support/logto/send-logout-token.js';
import { signInAt } from '../support/requests/sign-in-at.js';

@Controller()
class SlowPagesController {
  constructor(private readonly logto: LogtoService) {}

  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(): string {
    return 'in';
  }

  @Get('id-token')
  @UseGuards(LogtoGuard)
  idToken(@Req() request: Request): Promise<string | undefined> {
    return this.logto.getIdToken(request);
  }

  /** Changes its session and waits. */
  @Get('slow')
  @UseGuards(LogtoGuard)
  async slow(@Session() own: { visits?: number }): Promise<string> {
    own.visits = (own.visits ?? 0) + 1;
    await slowRequest.wait();
    return 'done';
  }
}

/** Makes `/slow` wait. */
const slowRequest = new Latch();

const minutesAgo = (minutes: number): number => Math.floor(Date.now() / 1000) - minutes * 60;

describe('A logout token', () => {
  let provider: HostileProvider;
  let app: TestApp;
  let store: MemorySessionStore;

  const start = (): Promise<TestApp> =>
    startApp({
      issuer: provider,
      controllers: [SlowPagesController],
      logto: { session: { ...session, store } },
    });

  beforeEach(async () => {
    provider = await startHostileProvider();
    store = new MemorySessionStore();
    app = await start();
  });

  async function signedIn(sub = 'ada', sid?: string): Promise<Browser> {
    const browser = app.browser();
    provider.overrides = { claims: (original) => ({ ...original, sub, sid }) };
    await signInAt(provider, browser);
    provider.overrides = {};
    return browser;
  }

  /** The keys of the stored sessions, without the entries of the module. */
  const sessions = (): string[] => store.keys().filter((key) => !key.startsWith('logto-'));

  const claims = (overrides?: JWTPayload): JWTPayload => logoutTokenClaims(provider.issuer, overrides);

  const signed = (overrides?: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
    provider.sign(JSON.parse(JSON.stringify(claims(overrides))) as JWTPayload, {
      typ: 'logout+jwt',
      ...header,
    });

  const send = (token: string): Promise<Page> => sendLogoutToken(app, token);

  const rows: [what: string, token: (browser: Browser) => string | Promise<string>][] = [
    ['is not signed', () => new UnsecuredJWT(claims()).encode()],
    [
      'is signed with another key',
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
    ['has an id that is a number', () => signed({ jti: 7 as unknown as string })],
    ['has an id that is empty', () => signed({ jti: '' })],
    ['has no event', () => signed({ events: undefined })],
    ['has another event', () => signed({ events: { 'https://example.com/event': {} } })],
    ['has a nonce', () => signed({ nonce: 'n' })],
    ['names neither a session nor a user', () => signed({ sub: undefined })],
    ['has a sid that is a number', () => signed({ sid: 7 })],
    ['has an empty sid', () => signed({ sid: '' })],
    ['is an ID token', async (browser) => (await browser.fetch('/id-token')).text],
    ['has no type', () => signed({}, { typ: undefined })],
    ['has the type of an access token', () => signed({}, { typ: 'at+jwt' })],
  ];

  it.each(rows)('is rejected when it %s', async (_, token) => {
    const browser = await signedIn();

    const sent = await token(browser);
    expect(sent.split('.')).toHaveLength(3);

    const answer = await send(sent);

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'logout_token_invalid' });
    expect(await isSignedIn(browser)).toBe(true);
    // Logto does not read the answer, so the log has to say what is wrong.
    expect(leaks.logged.join('\n')).toContain('logout_token_invalid: A logout token was rejected. ');
  });

  it.each<[string, JWTPayload, RegExp]>([
    ['another application', { aud: 'another-app' }, /another application than app\. In Logto Console/],
    ['another issuer', { iss: 'https://other.example/oidc' }, /Check `endpoint`/],
    ['another time', { iat: minutesAgo(15), exp: minutesAgo(13) }, /issued 15 minutes ago.*Set the clock/],
  ])('for %s is rejected, and the log says what to do', async (_, overrides, remedy) => {
    expect((await send(await signed(overrides))).status).toBe(400);
    expect(leaks.logged.join('\n')).toMatch(remedy);
  });

  it('is rejected in production without details, which are in the log', async () => {
    const { NODE_ENV } = process.env;
    process.env.NODE_ENV = 'production';
    const answer = await send(await signed({ aud: 'another-app' }));
    process.env.NODE_ENV = NODE_ENV;

    expect(answer.json().detail).toBe('The logout token is invalid.');
    expect(leaks.logged.join('\n')).toContain('In Logto Console');
  });

  it('is rejected when it is sent again', async () => {
    const token = await signed();
    expect((await send(token)).status).toBe(200);

    expect((await send(token)).status).toBe(400);
  });

  it('is accepted once when it arrives twice at the same time', async () => {
    const token = await signed();
    const answers = await Promise.all([send(token), send(token)]);

    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 400]);
  });

  it.each(['RS256', 'ES384'] as const)(
    'is accepted after the signing keys were rotated to %s',
    async (algorithm) => {
      const browser = await signedIn('ada', 'session-1');
      await provider.rotate(algorithm);

      expect((await send(await signed({ sid: 'session-1' }))).status).toBe(200);
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  it('ends the sessions of its `sid` and no others', async () => {
    const here = await signedIn('ada', 'session-1');
    const otherSession = await signedIn('ada', 'session-2');

    expect((await send(await signed({ sid: 'session-1' }))).status).toBe(200);

    expect([await isSignedIn(here), await isSignedIn(otherSession)]).toEqual([false, true]);
  });

  it('ends the sessions of its `sid` without naming the user', async () => {
    const browser = await signedIn('ada', 'session-1');

    expect((await send(await signed({ sid: 'session-1', sub: undefined }))).status).toBe(200);

    expect(await isSignedIn(browser)).toBe(false);
  });

  it('for a user does not end sessions that started after it was issued', async () => {
    const token = await signed({ iat: Math.floor(Date.now() / 1000) - 60 });
    const browser = await signedIn();

    expect((await send(token)).status).toBe(200);

    expect(await isSignedIn(browser)).toBe(true);
  });

  it('ends both of two sign-ins that finish on two instances at the same time', async () => {
    const other = await start();
    const [earlier, later] = [new Latch(), new Latch()];
    const latches = [earlier, later];
    // Both instances read the index of the user's sign-ins before one of them writes it.
    store.beforeSet = (key) => (key.startsWith('logto-sign-ins-') ? latches.shift()?.wait() : undefined);
    const [here, there] = [app.browser(), other.browser()];
    const finished = [signInAt(provider, here)];
    await earlier.reached;
    finished.push(signInAt(provider, there));
    await later.reached;
    earlier.release();
    later.release();
    await Promise.all(finished);
    expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([true, true]);

    expect((await send(await signed())).status).toBe(200);
    expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([false, false]);
  });

  it('ends a sign-in of its session that is still in progress', async () => {
    const browser = app.browser();
    const { location } = await browser.open('/logto/sign-in');
    provider.overrides = {
      claims: (original) => ({ ...original, sid: 'session-1' }),
      response: async (path, response) => {
        if (path === '/oidc/token') await send(await signed({ sid: 'session-1' }));
        return response;
      },
    };

    const answer = await browser.fetch(provider.callback(location ?? ''));

    expect(answer.status).toBe(401);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('ends a session for good: a request in flight does not restore it', async () => {
    const browser = await signedIn('ada', 'session-1');
    const slow = browser.fetch('/slow');
    await slowRequest.reached;
    expect(sessions()).toHaveLength(1);

    await send(await signed({ sid: 'session-1' }));
    slowRequest.release();

    expect((await slow).status).toBe(200);
    expect(sessions()).toEqual([]);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is answered 503 while the session store is down, and is accepted afterwards', async () => {
    const browser = await signedIn('ada', 'session-1');
    const token = await signed({ sid: 'session-1' });
    const { get } = store;
    store.get = (_, callback) => callback(new Error('the store is down'));
    expect((await send(token)).status).toBe(503);
    store.get = get;

    expect((await send(token)).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('The index of a user’s sign-ins', () => {
  it('keeps the newest 200, so that its entry in the store stays small', async () => {
    const store = new MemoryStore();
    const index = new SignInIndex(new Tombstones());
    for (let serial = 1; serial <= 205; serial += 1) {
      const record: SessionRecord = {
        claims: { sub: 'ada', iss: 'https://logto.example/oidc', aud: 'app', iat: 1, exp: 2 },
        tokenRecordId: `tokens-${serial}`,
        signedInAt: serial,
        checkedAt: serial,
        completed: [],
      };
      await index.track(store, record, `session-${serial}`, 60_000);
    }

    const found = await index.find(store, { application: 'app', sub: 'ada' });
    expect([found.length, found[0]?.session, found.at(-1)?.session]).toEqual([
      200,
      'session-6',
      'session-205',
    ]);
  });
});
