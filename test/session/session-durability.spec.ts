import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { LogtoGuard, LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { TouchThrottle } from '../../src/store/touch-throttle.js';
import { TouchingStore } from '../../src/store/touching-store.js';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { Latches } from '../support/runner/latches.js';
import { startHostileProvider, type HostileProvider } from '../support/logto/hostile-provider.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { logoutTokenClaims } from '../support/logto/logout-token-claims.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { RenewalController } from '../support/controllers/renewal.controller.js';
import { sendLogoutToken } from '../support/logto/send-logout-token.js';
import { mountedByApp, sessionMounts } from '../support/app/session-mounts.js';

type OwnSession = Request['session'] & { cart?: string; remembered?: boolean };

/** Uses the session as apps do. */
@Controller()
class OwnSessionController {
  constructor(
    private readonly logto: LogtoService,
    private readonly latches: Latches,
  ) {}

  @Get('token')
  @UseGuards(LogtoGuard)
  token(@Req() request: Request): Promise<string> {
    return this.logto.getAccessToken(request);
  }

  /** "Remember me", as in express-session's README. */
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

  /** A long download that reads its user again at the end. */
  @Get('long')
  async long(@Req() request: Request): Promise<boolean> {
    await this.latches.find('slow')?.wait();
    return request.user?.isAuthenticated === true;
  }

  /** Waits before it writes to its session. */
  @Get('slow')
  async slow(@Req() request: Request): Promise<string> {
    await this.latches.find('slow')?.wait();
    (request.session as OwnSession).cart = 'late';
    return 'late';
  }
}

describe('A session', () => {
  let issuer: LogtoEmulator;
  let provider: HostileProvider;
  let store: MemorySessionStore;

  beforeEach(async () => {
    issuer = await startIssuer();
    provider = await startHostileProvider();
    store = new MemorySessionStore();
  });

  afterEach(() => restoreTime());

  const start = (logto: TestAppParts['logto'] = {}, parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    startApp({
      issuer,
      controllers: [PagesController, OwnSessionController, RenewalController],
      providers: [Latches],
      logto: { session: { ...session, store }, ...logto },
      ...parts,
    });

  /** Waits until a request waits for the latch. @returns a function that finishes the request */
  async function pauseRequest(
    request: Promise<unknown>,
    latch: { reached: Promise<void>; release(): void },
  ): Promise<() => Promise<void>> {
    await latch.reached;
    return async () => {
      latch.release();
      await request;
    };
  }

  async function logOut(app: TestApp, audience: string = application.id): Promise<number> {
    const claims = logoutTokenClaims(provider.issuer, { aud: audience });
    return (await sendLogoutToken(app, await provider.sign(claims, { typ: 'logout+jwt' }))).status;
  }

  describe.each(sessionMounts)('that %s mounts', (_, mount) => {
    const startWith = (cookie: object): Promise<TestApp> => {
      const { logto, ...parts } = mount({ store, cookie });
      return start(logto, parts);
    };

    it('keeps its tokens if its cookie ends with the browser', async () => {
      const browser = await (await startWith({ expires: false })).signedInBrowser(issuer);

      expect((await browser.fetch('/token')).status).toBe(200);
      passTime(3700);
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    });

    it('keeps its tokens if the app extends its lifetime', async () => {
      const browser = await (await startWith({ maxAge: 30 * 60_000 })).signedInBrowser(issuer);
      await browser.open('/remember-me');

      passTime(70 * 60);
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    });
  });

  describe('on two instances', () => {
    it.each([true, false])(
      'keeps refreshed claims when a slow request on the other instance saves old ones (resave: %s)',
      async (resave) => {
        const logto = { scopes: ['roles'], session: { ...session, store, resave } };
        const one = await start(logto);
        const two = await start(logto, { instanceOf: one });
        const browser = await one.signedInBrowser(issuer);
        const latch = two.app.get(Latches).create('slow');
        const finish = await pauseRequest(browser.fetch(`${two.baseUrl}/slow`), latch);
        issuer.updateUser('ada', { roles: [] });
        passTime(5);
        await browser.fetch('/refresh');
        await finish();

        const user = (await browser.fetch(`${two.baseUrl}/user`)).json<{ claims: { roles: string[] } }>();
        expect(user.claims.roles).toEqual([]);
      },
    );

    it.each([
      ['reads its user again at its end', '/long'],
      ['writes to the session at its end', '/slow'],
    ])('is not idle because of a long request that %s, while the other instance uses it', async (_, path) => {
      const logto = { lifetime: { idle: 600 } };
      const one = await start(logto);
      const two = await start(logto, { instanceOf: one });
      const browser = await one.signedInBrowser(issuer);
      const latch = two.app.get(Latches).create('slow');
      const finish = await pauseRequest(browser.fetch(`${two.baseUrl}${path}`), latch);
      for (let visit = 1; visit <= 4; visit += 1) {
        const writes = store.count('set');
        passTime(200);
        expect((await browser.fetch('/protected')).text).toBe('hello ada');
        // The activity is recorded after the answer.
        for (let looks = 0; looks < 400 && store.count('set') === writes; looks += 1) await delay(5);
      }
      await finish();

      expect((await browser.fetch(`${two.baseUrl}/protected`)).text).toBe('hello ada');
      expect((await browser.fetch('/token')).status).toBe(200);
    });
  });

  it('from before a sign-in is not restored by a slow request', async () => {
    const app = await start();
    const browser = app.browser();
    await browser.open('/cart/add');
    const finish = await pauseRequest(browser.fetch('/slow'), app.app.get(Latches).create('slow'));
    await browser.signIn(issuer);
    await finish();

    expect((await browser.fetch('/protected')).text).toBe('hello ada');
  });

  it('ends at sign-out under every id that the app has given it', async () => {
    const app = await start();
    const browser = await app.signedInBrowser(issuer);
    const cookie = browser.cookies.header(app.baseUrl);
    const slow = app.browser().fetch('/slow', { headers: { cookie } });
    const finish = await pauseRequest(slow, app.app.get(Latches).create('slow'));
    await browser.open('/renew');
    await finish();
    await browser.open('/logto/sign-out');

    expect((await app.browser().fetch('/protected', { headers: { cookie } })).status).toBe(401);
  });

  it.each([
    [
      'write a tombstone',
      (operation: string, key: string) => operation === 'set' && key.startsWith('logto-ended-'),
    ],
    ['delete the session', (operation: string) => operation === 'destroy'],
  ])('stays intact if the sign-out failed because the store could not %s', async (_, isOf) => {
    const app = await start();
    const browser = await app.signedInBrowser(issuer);
    let calls = 0;
    // The first tombstone was written, so it has to be deleted again.
    store.shouldFail = (operation, key) =>
      isOf(operation, key) && (operation === 'destroy' || (calls += 1) === 2);
    expect((await browser.open('/logto/sign-out')).status).toBe(503);
    store.shouldFail = () => false;

    expect((await browser.fetch('/protected')).text).toBe('hello ada');
    await browser.fetch('/cart/add');
    expect((await browser.fetch('/session')).json()).toMatchObject({ cart: 'a book' });
  });

  describe('on a logout token for its user', () => {
    async function signedInAtProvider(app: TestApp, headers: Record<string, string> = {}): Promise<Browser> {
      const browser = app.browser();
      const { location = '' } = await browser.open('/logto/sign-in', headers);
      expect((await browser.open(provider.callback(location), headers)).status).toBe(302);
      return browser;
    }

    it('ends, even when another session of the user had a shorter lifetime', async () => {
      const cookie = (request: Request) => ({
        maxAge: request.headers['x-kiosk'] ? 30 * 60_000 : 14 * 24 * 3_600_000,
      });
      const app = await start({ session: { ...session, store, cookie } }, { issuer: provider });
      const laptop = await signedInAtProvider(app);
      await signedInAtProvider(app, { 'x-kiosk': '1' });
      passTime(2 * 3600);

      expect(await logOut(app)).toBe(200);
      expect((await laptop.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it('continues when the token is for another application on the same store', async () => {
      const one = await start({}, { issuer: provider });
      const two = await start({ appId: 'another' }, { issuer: provider });
      const browser = await signedInAtProvider(one);
      passTime(5);

      expect(await logOut(two, 'another')).toBe(200);
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
    });
  });

  describe('in a store', () => {
    it('with keys of 36 characters (connect-session-sequelize) works as in any other', async () => {
      store.shouldFail = (operation, key) => operation === 'set' && key.length > 36;
      const browser = await (await start()).signedInBrowser(issuer);

      expect((await browser.fetch('/protected')).text).toBe('hello ada');
      expect((await browser.open('/logto/sign-out')).status).toBe(302);
    });

    it('with other entries does not fail because of an entry without a cookie', () => {
      let answer: () => void = () => undefined;
      store.get = (_id, callback) => {
        answer = () => callback(null, { cart: 'x' } as unknown as SessionData);
      };
      new TouchingStore(store, new TouchThrottle()).get('id', () => undefined);

      expect(answer).not.toThrow();
    });

    it('whose `set` returns a promise still returns it to the app', async () => {
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
      const { logto, ...parts } = mountedByApp({ store: promising });
      const app = await start(logto, parts);
      await app.browser().open('/user');

      await promising.set('own', { cookie: {} } as SessionData);
      expect(promising.keys()).toContain('own');
    });
  });
});
