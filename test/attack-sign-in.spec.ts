import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import { LogtoApiGuard, LogtoGuard, type LogtoLock } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from './support/app.js';
import { passTime, restoreTime } from './support/clock.js';
import { resource, startIssuer } from './support/issuer.js';
import { MemorySessionStore } from './support/memory-session-store.js';
import { PagesController } from './support/pages.js';

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

  it('take a cookie that only looks like a sign-in’s for what it is', async () => {
    app = await startApp({ issuer });
    const names = ['(1', '(2', '(3', '(4', '(5', ' ', 'zzz', '~.aaaaaaaaaaaaaaaa'];
    const cookie = names.map((name) => `logto-sign-in.${name}=x`).join('; ');

    expect((await app.browser().open('/logto/sign-in', { cookie })).status).toBe(302);
    const callback = '/logto/sign-in-callback?code=x&state=aaaaaaaaaaaaaaaaaaaaaaaa';
    expect((await app.browser().open(callback, { cookie })).status).toBe(400);
  });
});
