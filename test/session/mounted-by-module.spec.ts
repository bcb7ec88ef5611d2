import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
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
import type { NextFunction, Request, Response } from 'express';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Page } from '../support/requests/browser.js';
import { restoreTime } from '../support/runner/clock.js';
import { expectSessionWorks } from '../support/app/expect-session-works.js';
import { expectStoredBeforeAnswer } from '../support/app/expect-stored-before-answer.js';
import { fromTlsProxy, registerHttpsApplication } from '../support/app/https-application.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { mountedByModule } from '../support/app/session-mounts.js';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

describe('A session that the module mounts', () => {
  afterEach(() => restoreTime());

  it('is all that a sign-in needs', async () => {
    const app = await start();
    await expectSessionWorks(app, issuer, defaultName(app));
  });

  it('has an HttpOnly and SameSite cookie for two weeks', async () => {
    const app = await start();
    const page = await app.browser().signIn(issuer);

    const cookie = sessionCookie(page);
    expect(cookie).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Lax']));
    expect(cookie).not.toContain('Secure');
    expect(cookie.join()).not.toContain('Domain');
    const days = (expiryOf(cookie) - Date.now()) / (24 * 60 * 60 * 1000);
    expect(days).toBeGreaterThan(13.9);
    expect(days).toBeLessThan(14.1);
  });

  it('has a secure cookie over https, even behind a proxy that terminates TLS', async () => {
    const browser = (await start({ logto: registerHttpsApplication(issuer) })).browser();

    const { location = '' } = await browser.open('/logto/sign-in?returnTo=/protected', fromTlsProxy);
    const { pathname, search } = await issuer.signIn(location, {
      username: 'ada',
      cookies: browser.cookies,
    });
    const page = await browser.open(`${pathname}${search}`, fromTlsProxy);

    expect(sessionCookie(page)).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Lax']));
    expect((await browser.open('/protected', fromTlsProxy)).text).toBe('hello ada');
    const cleared = (await browser.open('/logto/sign-out', fromTlsProxy)).headers.getSetCookie().join();
    expect(cleared).toMatch(/^logto\.sid\.[^=]+=;.*Secure/);
  });

  it('needs X-Forwarded-Proto from a proxy that terminates TLS: the callback says so instead of a redirect loop', async () => {
    const browser = (await start({ logto: registerHttpsApplication(issuer) })).browser();
    const { location = '' } = await browser.open('/logto/sign-in', fromTlsProxy);
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });

    const page = await browser.open(`${callback.pathname}${callback.search}`);

    expect(page.status).toBe(500);
    expect(page.text).toContain('session_cookie_insecure');
    expect(page.text).toContain('X-Forwarded-Proto');
  });

  it('keeps its secure defaults where an option is undefined', async () => {
    const cookie = { httpOnly: undefined, sameSite: undefined, maxAge: undefined };
    const app = await start(mountedByModule({ name: undefined, cookie }));
    const page = await app.browser().open('/cart/add');

    expect(sessionCookie(page)).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Lax', expect.stringMatching(/^Expires=/)]),
    );
  });

  it('clears its cookie with the attributes that the cookie was set with', async () => {
    const app = await start(mountedByModule({ cookie: { partitioned: true } as object }));
    const browser = await app.signedInBrowser(issuer);

    expect((await browser.open('/logto/sign-out')).headers.getSetCookie().join()).toContain('Partitioned');
  });

  it('takes every option of express-session', async () => {
    const store = new MemorySessionStore();
    const app = await start(
      mountedByModule({
        secret: ['new-secret', 'old-secret'],
        name: 'my.sid',
        store,
        resave: true,
        saveUninitialized: true,
        rolling: true,
        cookie: { maxAge: 2 * 60 * 60 * 1000, sameSite: 'none', path: '/' },
      }),
    );
    const page = await app.browser().open('/');

    const cookie = sessionCookie(page, 'my.sid');
    expect(cookie).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=None']));
    expect(expiryOf(cookie) - Date.now()).toBeLessThanOrEqual(2 * 60 * 60 * 1000);
    expect(store.count('set')).toBeGreaterThan(0);
    await expectSessionWorks(app, issuer, 'my.sid');
  });

  it('keeps its secure defaults where `cookie` is a function', async () => {
    const app = await start(mountedByModule({ cookie: () => ({ maxAge: 2 * 60 * 60 * 1000 }) }));
    const cookie = sessionCookie(await app.browser().signIn(issuer));

    expect(cookie).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Lax']));
    expect(expiryOf(cookie) - Date.now()).toBeLessThanOrEqual(2 * 60 * 60 * 1000);
  });

  it.each([
    ['production', true],
    ['development', false],
  ])('is reported at startup when it is kept in memory (in %s: %s)', async (environment, remarked) => {
    const [before, logged] = [process.env.NODE_ENV, leaks.logged.length];
    process.env.NODE_ENV = environment;
    try {
      await start();
      await start(mountedByModule({ store: new MemorySessionStore() }));
    } finally {
      process.env.NODE_ENV = before;
    }

    const remarks = leaks.logged.slice(logged).filter((line) => line.includes('memory of this process'));
    expect(remarks).toHaveLength(remarked ? 2 : 0);
  });

  it('is not stored for visitors without session data', async () => {
    const store = new MemorySessionStore();
    const app = await start(mountedByModule({ store }));
    const browser = app.browser();

    for (const path of ['/', '/user', '/protected', '/logto/sign-in', '/nowhere']) {
      expect((await browser.open(path)).headers.getSetCookie().join()).not.toContain('logto.sid');
    }
    expect(store.calls).toEqual([]);
  });

  it('is available to every middleware, guard and route of the app, and for unknown paths', async () => {
    const seen: string[] = [];
    const record = (where: string, at: Request): void => {
      seen.push(`${where}: ${at.user?.claims?.sub} ${(at.session as { cart?: string } | undefined)?.cart}`);
    };
    @Injectable()
    class AppMiddleware implements NestMiddleware {
      use(at: Request, _response: Response, next: NextFunction): void {
        record('middleware', at);
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
        record('guard', context.switchToHttp().getRequest());
        return true;
      }
    }
    const app = await start({
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

  it('gives the app every method of its store', async () => {
    @Controller()
    class AdminController {
      @Get('end-all')
      endAll(@Req() { sessionStore }: Request): Promise<boolean> {
        return new Promise((resolve) => sessionStore.clear?.(() => resolve('all' in sessionStore)));
      }
    }
    const app = await start({ controllers: [PagesController, AdminController] });
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.open('/protected')).status).toBe(200);

    expect((await browser.open('/end-all')).json()).toBe(true);

    expect((await browser.open('/protected')).status).toBe(302);
  });

  it('is stored before the callback is answered, however slow the store is', async () => {
    const store = new MemorySessionStore();
    await expectStoredBeforeAnswer(await start(mountedByModule({ store })), issuer, store);
  });
});

/** The default name of the session cookie of an app. */
function defaultName({ baseUrl }: TestApp): string {
  return `logto.sid.${createHash('sha256').update(`${application.id} ${baseUrl}`).digest('hex').slice(0, 8)}`;
}

/** The cookie of a session, as an answer sets it. @param name default: the default of the module */
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
