import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Request } from 'express';
import { LogtoApiGuard, LogtoGuard, LogtoService, type LogtoLock } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from '../support/app.js';
import { passTime, restoreTime } from '../support/clock.js';
import { application, resource, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { PagesController } from '../support/pages.js';

describe('The routes of sign-in and sign-out', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    restoreTime();
    issuer.clearFaults();
    await issuer.resume();
    await app.close();
  });

  afterAll(() => issuer.close());

  it.each([LogtoGuard, LogtoApiGuard])(
    'stand open where %p guards the whole app: nobody could sign in otherwise',
    async (guard) => {
      app = await startApp({
        issuer,
        controllers: [PagesController],
        providers: [{ provide: APP_GUARD, useClass: guard }],
        logto: { api: { audience: resource } },
      });
      const browser = app.browser();

      expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
      expect((await browser.open('/logto/sign-out')).location).toMatch(issuer.issuer);
      expect((await browser.fetch('/logto/back-channel-logout', { method: 'POST' })).status).toBe(400);
    },
  );

  describe('in an app whose every page wants user info', () => {
    it('sign out while Logto is down', async () => {
      app = await startApp({ issuer, controllers: [PagesController], logto: { fetchUserInfo: true } });
      const browser = app.browser();
      await browser.signIn(issuer);
      await issuer.pause();

      expect(await browser.open('/logto/sign-out')).toMatchObject({
        status: 302,
        location: `${app.baseUrl}/`,
      });
      await issuer.resume();
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it('sign in again whose access token has run out for good, instead of going round in circles', async () => {
      const logto = { fetchUserInfo: true, includeReservedScopes: false, scopes: ['openid', 'profile'] };
      app = await startApp({ issuer, controllers: [PagesController], logto });
      const browser = app.browser();
      await browser.signIn(issuer);
      passTime(3601);

      expect((await browser.open('/user')).location).toMatch('/logto/sign-in?');
      expect((await browser.open('/logto/sign-in')).location).toMatch(issuer.issuer);
    });
  });

  it('make one exchange of a callback that arrives twice, whatever was added to its address', async () => {
    app = await startApp({ issuer, controllers: [PagesController] });
    const browser = app.browser();
    const url = await browser.authorize(issuer);
    issuer.resetRequests();

    const pages = await Promise.all([browser.open(url), browser.open(`${url}&utm_source=mail`)]);
    expect(pages.map(({ status }) => status)).toEqual([302, 302]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('sign in under a lock also when the other instances cannot be told', async () => {
    const store = new MemorySessionStore();
    const lock: LogtoLock = { run: (_key, fn) => fn() };
    app = await startApp({
      issuer,
      controllers: [PagesController],
      logto: { session: { ...session, store }, lock },
    });
    const browser = app.browser();
    store.failing = (operation, key) => operation === 'set' && key.startsWith('logto-callback-');

    expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
    expect((await browser.fetch('/protected')).text).toBe('hello ada');
  });

  it('tell the operator which resources Logto was asked for, where it does not know one', async () => {
    const resources = [resource, 'https://unknown.example.com'];
    app = await startApp({ issuer, logto: { resources } });
    const before = leaks.logged.length;
    const browser = app.browser();
    const { location = '' } = await browser.open('/logto/sign-in');
    const refused = (await fetch(location, { redirect: 'manual' })).headers.get('location') ?? '';

    expect((await browser.open(refused)).status).toBe(401);
    expect(leaks.logged.slice(before).join()).toMatch(
      /invalid_target[^]*API resources[^]*unknown\.example\.com/,
    );
  });

  it('sign in under a lock that gives nothing back', async () => {
    const lock = {
      run: async (_key: string, fn: () => Promise<unknown>) => {
        await fn();
      },
    } as unknown as LogtoLock;
    app = await startApp({ issuer, controllers: [PagesController], logto: { lock } });
    const browser = app.browser();

    expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
    passTime(3700);
    expect((await browser.fetch('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('sign nobody out by halves who is to go to an address that is none', async () => {
    @Controller()
    class ByeController {
      constructor(private readonly logto: LogtoService) {}

      @Get('bye')
      async bye(@Req() request: Request): Promise<string> {
        return (await this.logto.signOut(request, { postSignOutRedirectUri: '/bye' })).href;
      }
    }
    app = await startApp({ issuer, controllers: [PagesController, ByeController] });
    const browser = app.browser();
    await browser.signIn(issuer);

    expect((await browser.fetch('/bye')).json()).toMatchObject({ code: 'invalid_options' });
    expect((await browser.fetch('/protected')).text).toBe('hello ada');
  });

  it.each(['iframe', 'empty'])(
    'sign nobody out for another site’s %s, also where the session’s cookie is sent there',
    async (destination) => {
      app = await startApp({
        issuer,
        controllers: [PagesController],
        logto: { session: { ...session, cookie: { sameSite: 'none' } } },
      });
      const browser = app.browser();
      await browser.signIn(issuer);
      const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': destination };

      expect((await browser.fetch('/logto/sign-out', { headers: elsewhere })).json()).toMatchObject({
        code: 'not_a_navigation',
      });
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
      const link = { ...elsewhere, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      expect((await browser.fetch('/logto/sign-out', { headers: link })).status).toBe(302);
    },
  );

  it('tell a client whose request target is no address that it is none', async () => {
    app = await startApp({ issuer });
    const { port } = new URL(app.baseUrl);
    for (const route of ['sign-in', 'sign-in-callback?code=x&state=y']) {
      const line = await new Promise<string>((resolve) => {
        const socket = connect(Number(port), 'localhost');
        socket.once('data', (data: Buffer) => resolve(data.toString().split('\r\n')[0] ?? ''));
        socket.write(
          `GET http://a:99999/logto/${route} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
        );
      });
      expect(line).toContain(' 400 ');
    }
  });

  it('keep the sign-ins under way small enough for any proxy', async () => {
    app = await startApp({ issuer, controllers: [PagesController] });
    const browser = app.browser();
    for (let tab = 1; tab <= 6; tab += 1) {
      passTime(6);
      await browser.open(`/logto/sign-in?returnTo=/${'a'.repeat(1000)}`);
      expect(browser.cookies.header(app.baseUrl).length).toBeLessThan(6000);
    }
    passTime(6);
    expect((await browser.signIn(issuer)).status).toBe(302);
  });

  it('answer a browser with hundreds of planted sign-ins in few words', async () => {
    app = await startApp({ issuer });
    const names = Array.from({ length: 150 }, (_, index) => `zz${index}.${'a'.repeat(16)}`);
    const cookie = names.map((name) => `${signInCookies(app)}${name}=x`).join('; ');
    const page = await app.browser().open('/logto/sign-in', { cookie });

    expect(page.status).toBe(302);
    expect(page.headers.getSetCookie().length).toBeLessThan(20);
  });

  it('give up in time on a `fetch` of the app’s own that takes no notice of signals', async () => {
    app = await startApp({
      issuer,
      logto: { http: { timeout: 300, fetch: () => new Promise(() => undefined) } },
    });

    expect((await app.browser().fetch('/logto/sign-in')).json()).toMatchObject({ code: 'provider_timeout' });
  });

  it('take a cookie that only looks like a sign-in’s for what it is', async () => {
    app = await startApp({ issuer });
    const names = ['(1', '(2', '(3', '(4', '(5', ' ', 'zzz', '~.aaaaaaaaaaaaaaaa'];
    const cookie = names.map((name) => `${signInCookies(app)}${name}=x`).join('; ');

    expect((await app.browser().open('/logto/sign-in', { cookie })).status).toBe(302);
    const callback = '/logto/sign-in-callback?code=x&state=aaaaaaaaaaaaaaaaaaaaaaaa';
    expect((await app.browser().open(callback, { cookie })).status).toBe(400);
  });
});

/** What the names of an app's sign-in cookies begin with. */
function signInCookies({ baseUrl }: TestApp): string {
  const tag = createHash('sha256').update(`${application.id} ${baseUrl}`).digest('hex').slice(0, 8);
  return `logto-sign-in.${tag}.`;
}
