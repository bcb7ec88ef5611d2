import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Req,
  type CanActivate,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestMiddleware,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import cookieParser from 'cookie-parser';
import cookieSession from 'cookie-session';
import type { NextFunction, Request, Response } from 'express';
import session from 'express-session';
import type { SessionOptions } from 'express-session';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { application, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { PagesController } from '../support/pages.js';

describe('The session', () => {
  let issuer: LogtoEmulator;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  afterAll(() => issuer.close());

  async function started(parts: Omit<TestAppParts, 'issuer'> = {}): Promise<TestApp> {
    const app = await startApp({ issuer, controllers: [PagesController], ...parts });
    apps.push(app);
    return app;
  }

  /** What a proxy that ends TLS says of a request. */
  const byProxy = { 'x-forwarded-proto': 'https' };

  async function startedBehindTls(): Promise<TestApp> {
    const baseUrl = 'https://app.example.com';
    issuer.setApplication({
      id: 'tls',
      secret: application.secret,
      redirectUris: [`${baseUrl}/logto/sign-in-callback`],
    });
    return started({ logto: { baseUrl, appId: 'tls' } });
  }

  /** Everything that a session is for. */
  async function expectEverythingWorks(app: TestApp, cookie: string): Promise<void> {
    const browser = app.browser();
    await browser.open('/cart/add');
    const first = await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/a');
    passTime(6);
    const second = await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/b');
    restoreTime();
    const [doubled, again] = await Promise.all([browser.open(first), browser.open(first)]);
    expect([doubled.location, again.location]).toEqual([`${app.baseUrl}/a`, `${app.baseUrl}/a`]);
    expect((await browser.open(second)).location).toBe(`${app.baseUrl}/b`);

    expect((await browser.open('/protected')).text).toBe('hello ada');
    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    expect((await browser.open('/session')).json()).toMatchObject({ cart: 'a book' });
    expect(namesOf(browser)).toEqual([cookie]);

    const out = await browser.open('/logto/sign-out');
    expect(out.headers.getSetCookie().join()).toMatch(new RegExp(`^${cookie}=;.*Expires=Thu, 01 Jan 1970`));
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    await browser.signIn(issuer, 'ada');
    expect((await browser.open('/protected')).text).toBe('hello ada');
  }

  describe('that the module mounts', () => {
    it('is all that a sign-in needs', async () => {
      const app = await started();
      await expectEverythingWorks(app, defaultName(app));
    });

    it('has a cookie that scripts and other sites cannot use, for two weeks', async () => {
      const app = await started();
      const page = await app.browser().signIn(issuer);

      const cookie = sessionCookie(page);
      expect(cookie).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Lax']));
      expect(cookie).not.toContain('Secure');
      expect(cookie.join()).not.toContain('Domain');
      const days = (expiryOf(cookie) - Date.now()) / (24 * 60 * 60 * 1000);
      expect(days).toBeGreaterThan(13.9);
      expect(days).toBeLessThan(14.1);
    });

    it('has a secure cookie over https, also behind a proxy that ends TLS', async () => {
      const browser = (await startedBehindTls()).browser();

      const { location = '' } = await browser.open('/logto/sign-in?returnTo=/protected', byProxy);
      const { pathname, search } = await issuer.signIn(location, {
        username: 'ada',
        cookies: browser.cookies,
      });
      const page = await browser.open(`${pathname}${search}`, byProxy);

      expect(sessionCookie(page)).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Lax']));
      expect((await browser.open('/protected', byProxy)).text).toBe('hello ada');
      const cleared = (await browser.open('/logto/sign-out', byProxy)).headers.getSetCookie().join();
      expect(cleared).toMatch(/^logto\.sid\.[^=]+=;.*Secure/);
    });

    it('is told to need the word of a proxy that ends TLS, instead of a sign-in that goes round in circles', async () => {
      const browser = (await startedBehindTls()).browser();
      const { location = '' } = await browser.open('/logto/sign-in', byProxy);
      const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });

      const page = await browser.open(`${callback.pathname}${callback.search}`);

      expect(page.status).toBe(500);
      expect(page.text).toContain('session_cookie_insecure');
      expect(page.text).toContain('X-Forwarded-Proto');
    });

    it('has its secure defaults also where an option is undefined', async () => {
      const cookie = { httpOnly: undefined, sameSite: undefined, maxAge: undefined };
      const app = await started({
        logto: { session: { secret: 'a-session-secret', name: undefined, cookie } },
      });
      const page = await app.browser().open('/cart/add');

      expect(sessionCookie(page)).toEqual(
        expect.arrayContaining(['HttpOnly', 'SameSite=Lax', expect.stringMatching(/^Expires=/)]),
      );
    });

    it('has its cookie cleared as it was set', async () => {
      const app = await started({
        logto: { session: { secret: 'a-session-secret', cookie: { partitioned: true } as object } },
      });
      const browser = app.browser();
      await browser.signIn(issuer);

      expect((await browser.open('/logto/sign-out')).headers.getSetCookie().join()).toContain('Partitioned');
    });

    it('has whatever else its options say', async () => {
      const store = new MemorySessionStore();
      const app = await started({
        logto: {
          session: {
            secret: ['new-secret', 'old-secret'],
            name: 'my.sid',
            store,
            resave: true,
            saveUninitialized: true,
            rolling: true,
            cookie: { maxAge: 2 * 60 * 60 * 1000, sameSite: 'none', path: '/' },
          },
        },
      });
      const page = await app.browser().open('/');

      const cookie = sessionCookie(page, 'my.sid');
      expect(cookie).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=None']));
      expect(expiryOf(cookie) - Date.now()).toBeLessThanOrEqual(2 * 60 * 60 * 1000);
      expect(store.count('set')).toBeGreaterThan(0);
      await expectEverythingWorks(app, 'my.sid');
    });

    it('keeps the secure defaults of a cookie that a function makes', async () => {
      const app = await started({
        logto: { session: { secret: 'a-session-secret', cookie: () => ({ maxAge: 2 * 60 * 60 * 1000 }) } },
      });
      const cookie = sessionCookie(await app.browser().signIn(issuer));

      expect(cookie).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Lax']));
      expect(expiryOf(cookie) - Date.now()).toBeLessThanOrEqual(2 * 60 * 60 * 1000);
    });

    it.each([
      ['production', true],
      ['development', false],
    ])('is remarked on at start when it is kept in memory in %s: %s', async (environment, remarked) => {
      const [before, logged] = [process.env.NODE_ENV, leaks.logged.length];
      process.env.NODE_ENV = environment;
      try {
        await started();
        await started({
          logto: { session: { secret: 'a-session-secret', store: new MemorySessionStore() } },
        });
      } finally {
        process.env.NODE_ENV = before;
      }

      const remarks = leaks.logged.slice(logged).filter((line) => line.includes('memory of this process'));
      expect(remarks).toHaveLength(remarked ? 2 : 0);
    });

    it('is not made for visitors who leave nothing in it', async () => {
      const store = new MemorySessionStore();
      const app = await started({ logto: { session: { secret: 'a-session-secret', store } } });
      const browser = app.browser();

      for (const path of ['/', '/user', '/protected', '/logto/sign-in', '/nowhere']) {
        expect((await browser.open(path)).headers.getSetCookie().join()).not.toContain('logto.sid');
      }
      expect(store.calls).toEqual([]);
    });

    it('stands before every middleware, guard and route of the app, and at unknown paths', async () => {
      const seen: string[] = [];
      const note = (where: string, at: Request): void => {
        seen.push(`${where}: ${at.user?.claims?.sub} ${(at.session as { cart?: string } | undefined)?.cart}`);
      };
      @Injectable()
      class AppMiddleware implements NestMiddleware {
        use(at: Request, _response: Response, next: NextFunction): void {
          note('middleware', at);
          next();
        }
      }
      @Module({})
      class FeatureModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer.apply(AppMiddleware).forRoutes('{*path}');
        }
      }
      class AppGuard implements CanActivate {
        canActivate(context: ExecutionContext): boolean {
          note('guard', context.switchToHttp().getRequest());
          return true;
        }
      }
      const app = await started({
        imports: [FeatureModule],
        providers: [{ provide: APP_GUARD, useClass: AppGuard }],
      });
      const browser = app.browser();
      await browser.open('/cart/add');
      await browser.signIn(issuer);
      seen.length = 0;

      await browser.open('/');
      expect((await browser.open('/nowhere')).status).toBe(404);

      expect(seen).toEqual(['middleware: ada a book', 'guard: ada a book', 'middleware: ada a book']);
    });

    it('lets the app do with its store what the store can do', async () => {
      @Controller()
      class AdminController {
        @Get('end-all')
        endAll(@Req() { sessionStore }: Request): Promise<boolean> {
          return new Promise((resolve) => sessionStore.clear?.(() => resolve('all' in sessionStore)));
        }
      }
      const app = await started({ controllers: [PagesController, AdminController] });
      const browser = app.browser();
      await browser.signIn(issuer);
      expect((await browser.open('/protected')).status).toBe(200);

      expect((await browser.open('/end-all')).json()).toBe(true);

      expect((await browser.open('/protected')).status).toBe(302);
    });

    it('is stored before the answer of a sign-in is sent, however slow the store is', async () => {
      const store = new MemorySessionStore();
      store.beforeSet = () => new Promise((resolve) => setTimeout(resolve, 50));
      const app = await started({ logto: { session: { secret: 'a-session-secret', store } } });
      const browser = app.browser();
      const url = await browser.authorize(issuer);

      expect(await storedWhenAnswered(store, url, browser.cookies.header(app.baseUrl))).toBe(true);
    });
  });

  describe('that the app mounts itself', () => {
    /** The seed tutorial's very lines. */
    const asInTheTutorial: TestAppParts['configure'] = (app) => {
      app.use(cookieParser());
      app.use(session({ secret: 'a-secret-of-the-tutorial', cookie: { maxAge: 14 * 24 * 60 * 60 } }));
    };

    const own = (options: Partial<SessionOptions> = {}): Omit<TestAppParts, 'issuer'> => ({
      logto: { session: undefined },
      configure: (app) =>
        app.use(session({ secret: 'a-session-secret', resave: false, saveUninitialized: false, ...options })),
    });

    it('is used as the tutorial sets it up', async () => {
      await expectEverythingWorks(
        await started({ logto: { session: undefined }, configure: asInTheTutorial }),
        'connect.sid',
      );
    });

    it.each<[string, Partial<SessionOptions>]>([
      ['without resave and saveUninitialized', {}],
      ['with resave', { resave: true }],
      ['with saveUninitialized', { saveUninitialized: true }],
      ['with a store, a name and a path of its own', { store: new MemorySessionStore(), name: 'shop-sid' }],
      ['that rolls', { rolling: true, cookie: { maxAge: 2 * 60 * 60 * 1000 } }],
      ['that ends with the browser', { cookie: { sameSite: 'lax' } }],
      ['whose secret was rotated', { secret: ['new-secret', 'old-secret'] }],
    ])('is used %s', async (_, options) => {
      await expectEverythingWorks(await started(own(options)), options.name ?? 'connect.sid');
    });

    it('is used when a module of the app mounts it', async () => {
      @Module({})
      class SessionModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer
            .apply(session({ secret: 'a-session-secret', resave: false, saveUninitialized: false }))
            .forRoutes('{*path}');
        }
      }

      const app = await started({ logto: { session: undefined }, imports: [SessionModule] });

      await expectEverythingWorks(app, 'connect.sid');
    });

    it('is stored before the answer of a sign-in is sent, however slow the store is', async () => {
      const store = new MemorySessionStore();
      store.beforeSet = () => new Promise((resolve) => setTimeout(resolve, 50));
      const app = await started(own({ store }));
      const browser = app.browser();
      const url = await browser.authorize(issuer);

      expect(await storedWhenAnswered(store, url, browser.cookies.header(app.baseUrl))).toBe(true);
    });
  });

  describe('that nobody mounts', () => {
    it('leaves public pages alone, and is told with both remedies at the first request that needs it', async () => {
      const app = await started({ logto: { session: undefined } });
      const browser = app.browser();

      expect((await browser.open('/')).text).toBe('home');
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
      for (const path of [
        '/logto/sign-in',
        '/logto/sign-out',
        '/logto/sign-in-callback?code=a&state=b',
        '/protected',
      ]) {
        const page = await browser.fetch(path);
        expect([page.status, page.json().code]).toEqual([500, 'session_not_configured']);
      }
      expect(leaks.logged.join('\n')).toMatch(
        /session_not_configured[^]*`session: \{ secret[^]*app\.use\(session\(/,
      );
    });
  });

  describe('of another kind than express-session', () => {
    it('is told apart, and left to the app', async () => {
      @Controller('kept')
      class KeepController {
        @Get()
        keep(@Req() at: Request): number {
          const kept = at.session as unknown as { visits?: number };
          return (kept.visits = (kept.visits ?? 0) + 1);
        }
      }
      const app = await started({
        controllers: [PagesController, KeepController],
        logto: { session: undefined },
        configure: (nest) => nest.use(cookieSession({ name: 'kept', keys: ['a-key-of-cookie-session'] })),
      });
      const browser = app.browser();

      await browser.open('/kept');
      expect((await browser.open('/kept')).text).toBe('2');
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
      for (const path of ['/logto/sign-in', '/protected']) {
        const page = await browser.open(path);
        expect(page.status).toBe(500);
        expect(page.text).toMatch(/cookie-session[^]*session_not_supported/);
      }
    });
  });

  describe('that is mounted twice', () => {
    it('is a loud error at the first request, and never two cookies', async () => {
      const app = await started({
        configure: (nest) =>
          nest.use(session({ secret: 'another-secret', resave: false, saveUninitialized: true })),
      });
      const browser = app.browser();

      for (const path of ['/', '/user', '/logto/sign-in']) {
        const page = await browser.fetch(path, { headers: { accept: 'application/json' } });
        expect([page.status, page.json().code]).toEqual([500, 'session_configured_twice']);
        expect(page.headers.getSetCookie().join()).not.toContain('logto.sid');
      }
      expect(leaks.logged.join('\n')).toMatch(
        /session_configured_twice: .*main\.ts.*LogtoModule.*Remove one/,
      );
    });
  });

  describe.each(['the module', 'the app'])('whose store is down, mounted by %s', (mountedBy) => {
    const withStore = (store: MemorySessionStore): Omit<TestAppParts, 'issuer'> =>
      mountedBy === 'the module'
        ? { logto: { session: { secret: 'a-session-secret', store } } }
        : {
            logto: { session: undefined },
            configure: (app) =>
              app.use(
                session({ secret: 'a-session-secret', resave: false, saveUninitialized: false, store }),
              ),
          };

    it('is a 503 where somebody has to be known, and no matter elsewhere, until it is back', async () => {
      const store = new MemorySessionStore();
      const app = await started(withStore(store));
      const browser = app.browser();
      // express-session leaves requests without a session while its store says that it is disconnected.
      store.emit('disconnect');

      expect((await browser.open('/')).text).toBe('home');
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
      for (const path of [
        '/protected',
        '/logto/sign-in',
        '/logto/sign-out',
        '/logto/sign-in-callback?code=a&state=b',
      ]) {
        const page = await browser.fetch(path);
        expect([page.status, page.json().code]).toEqual([503, 'session_store_unavailable']);
        expect(page.headers.get('retry-after')).not.toBeNull();
      }

      store.emit('connect');
      await browser.signIn(issuer);
      expect((await browser.open('/protected')).text).toBe('hello ada');
      store.emit('disconnect');
      expect((await browser.open('/protected')).status).toBe(503);
      store.emit('connect');
      expect((await browser.open('/protected')).text).toBe('hello ada');
    });

    it('signs nobody in by halves when it cannot store the sign-in', async () => {
      const store = new MemorySessionStore();
      const app = await started(withStore(store));
      const browser = app.browser();
      const url = await browser.authorize(issuer);
      store.failing = (operation) => operation === 'set';

      const page = await browser.open(url);
      store.failing = () => false;

      expect(page.status).toBe(503);
      expect(page.text).toContain('session_store_unavailable');
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
      await browser.signIn(issuer);
      expect((await browser.open('/protected')).text).toBe('hello ada');
    });
  });
});

/** What the module calls the session cookie of an app. */
function defaultName({ baseUrl }: TestApp): string {
  return `logto.sid.${createHash('sha256').update(`${application.id} ${baseUrl}`).digest('hex').slice(0, 8)}`;
}

/** Names of the cookies that the app has set, without those of the issuer. */
function namesOf(browser: Browser): string[] {
  const names = [...browser.cookies.header('http://localhost/').matchAll(/(?:^|; )([^=]+)=/g)].map(
    ([, name = '']) => name,
  );
  return names.filter((name) => !/^(_(session|interaction|grant)|logto-signed-in)/.test(name));
}

/** The cookie of a session, as an answer sets it. @param name default: whatever the module calls it */
function sessionCookie(page: Page, name = 'logto.sid.'): string[] {
  const cookie = page.headers.getSetCookie().find((header) => header.startsWith(name));
  expect(cookie).toBeDefined();
  return cookie?.split('; ') ?? [];
}

function expiryOf(cookie: string[]): number {
  return Date.parse(
    cookie.find((attribute) => attribute.startsWith('Expires='))?.slice('Expires='.length) ?? '',
  );
}

/** Whether the store holds a signed-in session when the first byte of the answer arrives. */
function storedWhenAnswered(store: MemorySessionStore, url: string, cookie: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { cookie }, agent: false }, (response) => {
      response.resume();
      const entries = store.keys().map((key) => store.stored(key));
      void Promise.all(entries).then(
        (found) => resolve(found.some((entry) => entry?.logto !== undefined)),
        reject,
      );
    })
      .on('error', reject)
      .end();
  });
}
