import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import expressSession, { type SessionData, type SessionOptions } from 'express-session';
import { LogtoGuard, LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { Touches } from '../../src/session/touches.js';
import { TouchingStore } from '../../src/session/touching-store.js';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { Gates } from '../support/gates.js';
import { startHostileProvider, type HostileProvider } from '../support/hostile-provider.js';
import { application, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { PagesController } from '../support/pages.js';

type OwnSession = Request['session'] & { cart?: string; remembered?: boolean };

/** What apps do with their own session. */
@Controller()
class OwnSessionController {
  constructor(
    private readonly logto: LogtoService,
    private readonly gates: Gates,
  ) {}

  @Get('token')
  @UseGuards(LogtoGuard)
  token(@Req() request: Request): Promise<string> {
    return this.logto.getAccessToken(request);
  }

  /** "Remember me", as express-session's README has it. */
  @Get('remember-me')
  remember(@Req() request: Request): string {
    const own = request.session as OwnSession;
    own.cookie.maxAge = 30 * 24 * 60 * 60 * 1000;
    own.remembered = true;
    return 'remembered';
  }

  @Get('refresh')
  async refresh(@Req() request: Request): Promise<string> {
    await this.logto.refresh(request);
    return 'refreshed';
  }

  /** A long download that looks at its user again at the end. */
  @Get('long')
  async long(@Req() request: Request): Promise<boolean> {
    await this.gates.find('slow')?.pass();
    return request.user?.isAuthenticated === true;
  }

  /** Waits, and only then writes to its session. */
  @Get('slow')
  async slow(@Req() request: Request): Promise<string> {
    await this.gates.find('slow')?.pass();
    (request.session as OwnSession).cart = 'late';
    return 'late';
  }

  /** Gives the session another id, as apps do that ask for a second factor. */
  @Get('second-factor')
  async secondFactor(@Req() request: Request): Promise<string> {
    const { cookie: _cookie, ...own } = request.session;
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    Object.assign(request.session, own);
    return 'done';
  }
}

describe('A session', () => {
  let issuer: LogtoEmulator;
  let provider: HostileProvider;
  let store: MemorySessionStore;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    issuer = await startIssuer();
    provider = await startHostileProvider();
    store = new MemorySessionStore();
  });

  afterEach(async () => {
    restoreTime();
    for (const app of apps.splice(0)) await app.close();
    await provider.close();
    await issuer.close();
  });

  async function start(
    logto: TestAppParts['logto'] = {},
    parts: Partial<TestAppParts> = {},
  ): Promise<TestApp> {
    const app = await startApp({
      issuer,
      controllers: [PagesController, OwnSessionController],
      providers: [Gates],
      logto: { session: { ...session, store }, ...logto },
      ...parts,
    });
    apps.push(app);
    return app;
  }

  async function signedIn(app: TestApp): Promise<Browser> {
    const browser = app.browser();
    await browser.signIn(issuer);
    return browser;
  }

  /** Begins a request that goes on until it is let go. */
  async function held(
    request: Promise<unknown>,
    gate: { reached: Promise<void>; release(): void },
  ): Promise<() => Promise<void>> {
    await gate.reached;
    return async () => {
      gate.release();
      await request;
    };
  }

  const mountedByApp = (options: SessionOptions) => (nest: NestExpressApplication) =>
    void nest.use(expressSession({ ...options, resave: false, saveUninitialized: false }));

  /** A logout token for all of ada's sessions. */
  function logoutToken(audience: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return provider.sign(
      {
        iss: provider.issuer,
        aud: audience,
        sub: 'ada',
        iat: now,
        exp: now + 120,
        jti: 'one-logout',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
      { typ: 'logout+jwt' },
    );
  }

  async function logout(app: TestApp, audience: string = application.id): Promise<number> {
    const { status } = await app.browser().fetch('/logto/back-channel-logout', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `logout_token=${await logoutToken(audience)}`,
    });
    return status;
  }

  describe.each(['the module', 'the app'])('that %s mounts', (mountedBy) => {
    const mounted = (cookie: object): [TestAppParts['logto'], Partial<TestAppParts>] => {
      const options: SessionOptions = { ...session, store, cookie };
      return mountedBy === 'the module'
        ? [{ session: options }, {}]
        : [{ session: undefined }, { configure: mountedByApp(options) }];
    };

    it('keeps its tokens where its cookie ends with the browser', async () => {
      const browser = await signedIn(await start(...mounted({ expires: false })));

      expect((await browser.fetch('/token')).status).toBe(200);
      passTime(3700);
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    });

    it('takes its tokens along where the app lets it live longer', async () => {
      const browser = await signedIn(await start(...mounted({ maxAge: 30 * 60_000 })));
      await browser.open('/remember-me');

      passTime(70 * 60);
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    });
  });

  describe('of two instances', () => {
    it.each([true, false])(
      'gets refreshed claims, which a slow request on the other does not put back (resave: %s)',
      async (resave) => {
        const logto = { scopes: ['roles'], session: { ...session, store, resave } };
        const one = await start(logto);
        const two = await start(logto, { instanceOf: one });
        const browser = await signedIn(one);
        const gate = two.app.get(Gates).create('slow');
        const finish = await held(browser.fetch(`${two.baseUrl}/slow`), gate);
        issuer.updateUser('ada', { roles: [] });
        passTime(5);
        await browser.fetch('/refresh');
        await finish();

        const user = (await browser.fetch(`${two.baseUrl}/user`)).json<{ claims: { roles: string[] } }>();
        expect(user.claims.roles).toEqual([]);
      },
    );

    it.each([
      ['looks at its user again at its end', '/long'],
      ['writes to the session at its end', '/slow'],
    ])(
      'is not ended for want of use by a long request that %s, while the other is in use',
      async (_, path) => {
        const logto = { lifetime: { idle: 600 } };
        const one = await start(logto);
        const two = await start(logto, { instanceOf: one });
        const browser = await signedIn(one);
        const gate = two.app.get(Gates).create('slow');
        const finish = await held(browser.fetch(`${two.baseUrl}${path}`), gate);
        for (let visit = 1; visit <= 4; visit += 1) {
          const writes = store.count('set');
          passTime(200);
          expect((await browser.fetch('/protected')).text).toBe('hello ada');
          // That it is in use is noted after the answer.
          for (let looks = 0; looks < 400 && store.count('set') === writes; looks += 1) await delay(5);
        }
        await finish();

        expect((await browser.fetch(`${two.baseUrl}/protected`)).text).toBe('hello ada');
        expect((await browser.fetch('/token')).status).toBe(200);
      },
    );
  });

  it('of before a sign-in does not come back with the answer of a slow request', async () => {
    const app = await start();
    const browser = app.browser();
    await browser.open('/cart/add');
    const finish = await held(browser.fetch('/slow'), app.app.get(Gates).create('slow'));
    await browser.signIn(issuer);
    await finish();

    expect((await browser.fetch('/protected')).text).toBe('hello ada');
  });

  it('ends at the sign-out under whichever ids the app has stored it', async () => {
    const app = await start();
    const browser = await signedIn(app);
    const cookie = browser.cookies.header(app.baseUrl);
    const slow = app.browser().fetch('/slow', { headers: { cookie } });
    const finish = await held(slow, app.app.get(Gates).create('slow'));
    await browser.open('/second-factor');
    await finish();
    await browser.open('/logto/sign-out');

    expect((await app.browser().fetch('/protected', { headers: { cookie } })).status).toBe(401);
  });

  it.each([
    ['mark', (operation: string, key: string) => operation === 'set' && key.startsWith('logto-ended-')],
    ['delete', (operation: string) => operation === 'destroy'],
  ])('goes on whole where its end failed, because the store could not %s', async (_, isOf) => {
    const app = await start();
    const browser = await signedIn(app);
    let calls = 0;
    // The first mark is written, so that there is something to take back.
    store.failing = (operation, key) =>
      isOf(operation, key) && (operation === 'destroy' || (calls += 1) === 2);
    expect((await browser.open('/logto/sign-out')).status).toBe(503);
    store.failing = () => false;

    expect((await browser.fetch('/protected')).text).toBe('hello ada');
    await browser.fetch('/cart/add');
    expect((await browser.fetch('/session')).json()).toMatchObject({ cart: 'a book' });
  });

  describe('that a logout token of its user ends', () => {
    async function signedInAtProvider(app: TestApp, headers: Record<string, string> = {}): Promise<Browser> {
      const browser = app.browser();
      const { location = '' } = await browser.open('/logto/sign-in', headers);
      expect((await browser.open(provider.callback(location), headers)).status).toBe(302);
      return browser;
    }

    it('may live longer than another one of the same user', async () => {
      const cookie = (request: Request) => ({
        maxAge: request.headers['x-kiosk'] ? 30 * 60_000 : 14 * 24 * 3_600_000,
      });
      const app = await start({ session: { ...session, store, cookie } }, { issuer: provider });
      const laptop = await signedInAtProvider(app);
      await signedInAtProvider(app, { 'x-kiosk': '1' });
      passTime(2 * 3600);

      expect(await logout(app)).toBe(200);
      expect((await laptop.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it('is none of another application’s on the same store', async () => {
      const one = await start({}, { issuer: provider });
      const two = await start({ appId: 'another' }, { issuer: provider });
      const browser = await signedInAtProvider(one);
      passTime(5);

      expect(await logout(two, 'another')).toBe(200);
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    });
  });

  describe('in a store', () => {
    it('with keys of 36 characters, as of connect-session-sequelize, is kept as in any other', async () => {
      store.failing = (operation, key) => operation === 'set' && key.length > 36;
      const browser = await signedIn(await start());

      expect((await browser.fetch('/protected')).text).toBe('hello ada');
      expect((await browser.open('/logto/sign-out')).status).toBe(302);
    });

    it('that is shared with something else may find entries without a cookie', () => {
      let answer: () => void = () => undefined;
      store.get = (_id, callback) => {
        answer = () => callback(null, { cart: 'x' } as unknown as SessionData);
      };
      new TouchingStore(store, new TouchThrottle()).get('id', () => undefined);

      expect(answer).not.toThrow();
    });

    it('whose `set` is waited for as a promise still is', async () => {
      class PromisingStore extends MemorySessionStore {
        override async set(
          key: string,
          data: SessionData,
          callback?: (error?: unknown) => void,
        ): Promise<void> {
          await delay(5);
          super.set(key, data, callback);
        }
      }
      const promising = new PromisingStore();
      const configure = mountedByApp({ ...session, store: promising });
      const app = await start({ session: undefined }, { configure });
      await app.browser().open('/user');

      await promising.set('own', { cookie: {} } as SessionData);
      expect(promising.keys()).toContain('own');
    });
  });
});
