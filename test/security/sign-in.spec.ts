import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Request } from 'express';
import { LogtoApiGuard, LogtoGuard, LogtoService, type LogtoLock } from 'nestjs-logto';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

describe('The sign-in and sign-out routes', () => {
  afterEach(async () => {
    restoreTime();
    issuer.clearFaults();
    await issuer.resume();
  });

  it.each([LogtoGuard, LogtoApiGuard])('are open when %p is a global guard', async (guard) => {
    const app = await start({
      providers: [{ provide: APP_GUARD, useClass: guard }],
      logto: { api: { audience: resource } },
    });
    const browser = app.browser();

    expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
    expect((await browser.open('/logto/sign-out')).location).toMatch(issuer.issuer);
    expect((await browser.fetch('/logto/back-channel-logout', { method: 'POST' })).status).toBe(400);
  });

  describe('in an app that fetches user info for every page', () => {
    it('sign out while Logto is down', async () => {
      const app = await start({ logto: { fetchUserInfo: true } });
      const browser = await app.signedInBrowser(issuer);
      await issuer.pause();

      expect(await browser.open('/logto/sign-out')).toMatchObject({
        status: 302,
        location: `${app.baseUrl}/`,
      });
      await issuer.resume();
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it('start a new sign-in when the access token has expired for good, instead of a redirect loop', async () => {
      const logto = { fetchUserInfo: true, includeReservedScopes: false, scopes: ['openid', 'profile'] };
      const app = await start({ logto });
      const browser = await app.signedInBrowser(issuer);
      passTime(3601);

      expect((await browser.open('/user')).location).toMatch('/logto/sign-in?');
      expect((await browser.open('/logto/sign-in')).location).toMatch(issuer.issuer);
    });
  });

  it('make one code exchange for a callback that arrives twice, even with an added parameter', async () => {
    const app = await start();
    const browser = app.browser();
    const url = await browser.authorize(issuer);
    issuer.resetRequests();

    const pages = await Promise.all([browser.open(url), browser.open(`${url}&utm_source=mail`)]);
    expect(pages.map(({ status }) => status)).toEqual([302, 302]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('sign in with a lock even when the result cannot be shared with other instances', async () => {
    const store = new MemorySessionStore();
    const lock: LogtoLock = { run: (_key, fn) => fn() };
    const app = await start({
      logto: { session: { ...session, store }, lock },
    });
    const browser = app.browser();
    store.shouldFail = (operation, key) => operation === 'set' && key.startsWith('logto-callback-');

    expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
    expect((await browser.fetch('/protected')).text).toBe('hello ada');
  });

  it('log the requested resources when Logto does not know one', async () => {
    const resources = [resource, 'https://unknown.example.com'];
    const app = await start({ logto: { resources } });
    const before = leaks.logged.length;
    const browser = app.browser();
    const { location = '' } = await browser.open('/logto/sign-in');
    const refused = (await fetch(location, { redirect: 'manual' })).headers.get('location') ?? '';

    expect((await browser.open(refused)).status).toBe(401);
    expect(leaks.logged.slice(before).join()).toMatch(
      /invalid_target[^]*API resources[^]*unknown\.example\.com/,
    );
  });

  it('sign in with a lock that returns nothing', async () => {
    const lock = {
      run: async (_key: string, fn: () => Promise<unknown>) => {
        await fn();
      },
    } as unknown as LogtoLock;
    const app = await start({ logto: { lock } });
    const browser = app.browser();

    expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
    passTime(3700);
    expect((await browser.fetch('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('do not sign out partially with an invalid postSignOutRedirectUri', async () => {
    @Controller()
    class ByeController {
      constructor(private readonly logto: LogtoService) {}

      @Get('bye')
      async bye(@Req() request: Request): Promise<string> {
        return (await this.logto.signOut(request, { postSignOutRedirectUri: '/bye' })).href;
      }
    }
    const app = await start({ controllers: [PagesController, ByeController] });
    const browser = await app.signedInBrowser(issuer);

    expect((await browser.fetch('/bye')).json()).toMatchObject({ code: 'invalid_options' });
    expect((await browser.fetch('/protected')).text).toBe('hello ada');
  });

  it.each(['iframe', 'empty'])(
    'do not sign out in another site’s %s, even with a SameSite=None session cookie',
    async (destination) => {
      const app = await start({
        logto: { session: { ...session, cookie: { sameSite: 'none' } } },
      });
      const browser = await app.signedInBrowser(issuer);
      const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': destination };

      expect((await browser.fetch('/logto/sign-out', { headers: crossSite })).json()).toMatchObject({
        code: 'not_a_navigation',
      });
      expect((await browser.fetch('/protected')).text).toBe('hello ada');
      const link = { ...crossSite, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      expect((await browser.fetch('/logto/sign-out', { headers: link })).status).toBe(302);
    },
  );

  it('answer 400 to a malformed request target', async () => {
    const app = await start();
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

  it('keep the cookies of several sign-ins small enough for any proxy', async () => {
    const app = await start();
    const browser = app.browser();
    for (let tab = 1; tab <= 6; tab += 1) {
      passTime(6);
      await browser.open(`/logto/sign-in?returnTo=/${'a'.repeat(1000)}`);
      expect(browser.cookies.header(app.baseUrl).length).toBeLessThan(6000);
    }
    passTime(6);
    expect((await browser.signIn(issuer)).status).toBe(302);
  });

  it('answer a browser with hundreds of planted sign-in cookies with few headers', async () => {
    const app = await start();
    const names = Array.from({ length: 150 }, (_, index) => `zz${index}.${'a'.repeat(16)}`);
    const cookie = names.map((name) => `${signInCookies(app)}${name}=x`).join('; ');
    const page = await app.browser().open('/logto/sign-in', { cookie });

    expect(page.status).toBe(302);
    expect(page.headers.getSetCookie().length).toBeLessThan(20);
  });

  it('time out with an `http.fetch` that ignores signals', async () => {
    const app = await start({
      logto: { http: { timeout: 300, fetch: () => new Promise(() => undefined) } },
    });

    expect((await app.browser().fetch('/logto/sign-in')).json()).toMatchObject({ code: 'provider_timeout' });
  });

  it('ignore cookies that only look like sign-in cookies', async () => {
    const app = await start();
    const names = ['(1', '(2', '(3', '(4', '(5', ' ', 'zzz', '~.aaaaaaaaaaaaaaaa'];
    const cookie = names.map((name) => `${signInCookies(app)}${name}=x`).join('; ');

    expect((await app.browser().open('/logto/sign-in', { cookie })).status).toBe(302);
    const callback = '/logto/sign-in-callback?code=x&state=aaaaaaaaaaaaaaaaaaaaaaaa';
    expect((await app.browser().open(callback, { cookie })).status).toBe(400);
  });
});

/** The prefix of the names of an app's sign-in cookies. */
function signInCookies({ baseUrl }: TestApp): string {
  const tag = createHash('sha256').update(`${application.id} ${baseUrl}`).digest('hex').slice(0, 8);
  return `logto-sign-in.${tag}.`;
}
