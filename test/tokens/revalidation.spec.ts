import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { application, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { startTokenApp, tokenTenant } from '../support/token-app.js';

const hour = 3600;

describe('Claims that have grown old', () => {
  let issuer: LogtoEmulator;
  let store: MemorySessionStore;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    store = new MemorySessionStore();
    app = await startTokenApp({ issuer, logto: { session: { ...session, store } } });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.restoreUser('ada');
    issuer.updateUser('ada', { roles: ['admin'], name: 'Ada Lovelace' });
  });

  afterAll(async () => {
    restoreTime();
    await app.close();
    await issuer.close();
  });

  const user = async (
    of = browser,
  ): Promise<{ isAuthenticated: boolean; claims?: Record<string, unknown> }> =>
    (await of.fetch('/me')).json();

  it('are not looked at again within revalidateAfter: the request needs nothing of Logto nor the store', async () => {
    passTime(hour - 1);
    issuer.updateUser('ada', { roles: [] });
    store.calls.length = 0;
    expect(await user()).toMatchObject({ isAuthenticated: true, claims: { roles: ['admin'] } });
    expect(issuer.requests()).toEqual([]);
    // The session itself, as express-session loads it.
    expect(store.calls).toHaveLength(1);
  });

  it('are refreshed once they are older, and every instance and request sees what changed', async () => {
    passTime(hour + 1);
    issuer.updateUser('ada', { roles: [], name: 'Augusta' });
    expect(await user()).toMatchObject({ claims: { roles: [], name: 'Augusta' } });

    const elsewhere = await startTokenApp({
      issuer,
      logto: { session: { ...session, store } },
      instanceOf: app,
    });
    issuer.resetRequests();
    const there = await browser.fetch(`${elsewhere.baseUrl}/me`);
    expect(there.json()).toMatchObject({ claims: { roles: [], name: 'Augusta' } });
    expect(issuer.countRequests('token')).toBe(0);
    await elsewhere.close();
  });

  it.each([
    { what: 'suspended', happens: () => issuer.suspendUser('ada') },
    {
      what: 'deleted',
      happens: () => {
        issuer.deleteUser('grace');
      },
      username: 'grace',
    },
  ])(
    'show that a user was $what, though no request asks for a token: the sign-in is over',
    async ({ happens, username }) => {
      if (username !== undefined) {
        issuer.addUser({ id: username, username, password: 'a-password' });
        browser = app.browser();
        await browser.signIn(issuer, username);
      }
      happens();
      expect((await user()).isAuthenticated).toBe(true);
      passTime(hour + 1);
      expect(await user()).toEqual({ isAuthenticated: false });
      expect((await browser.open('/token')).location).toContain('/logto/sign-in');
    },
  );

  it('go on deciding while Logto fails, which is asked again at most every 30 s', async () => {
    passTime(hour + 1);
    issuer.updateUser('ada', { name: 'Augusta' });
    issuer.failNext('token', { times: 2 });
    for (let request = 0; request < 5; request += 1) expect((await user()).claims?.name).toBe('Ada Lovelace');
    expect(issuer.countRequests('token')).toBe(1);

    passTime(31);
    expect((await user()).claims?.name).toBe('Ada Lovelace');
    expect(issuer.countRequests('token')).toBe(2);
    passTime(31);
    expect((await user()).claims?.name).toBe('Augusta');
  });

  it('tell the operator why they cannot be refreshed, once a minute', async () => {
    issuer.setApplication({ id: 'app', secret: 'changed-in-the-console' });
    passTime(hour + 1);
    const before = leaks.logged.length;
    for (let request = 0; request < 3; request += 1) {
      expect((await user()).claims?.name).toBe('Ada Lovelace');
      passTime(10);
    }
    issuer.setApplication({ ...application });

    const told = leaks.logged.slice(before).filter((line) => line.includes('Check `appId` and `appSecret`'));
    expect(told).toHaveLength(1);
  });

  it('are stored only when they changed, or now and then so that other instances need not ask', async () => {
    await browser.fetch('/token');
    store.calls.length = 0;
    for (let use = 0; use < 4; use += 1) {
      await browser.fetch('/refresh');
      passTime(60);
    }
    expect(store.count('set', /^(?!logto-)/)).toBe(0);
    passTime(hour);
    await user();
    expect(store.count('set', /^(?!logto-)/)).toBe(1);
  });

  it('are left as they are without a refresh token, with nothing asked of Logto', async () => {
    const silent = await startTokenApp({ issuer, logto: { prompt: 'login' } });
    browser = silent.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
    passTime(2 * hour);
    expect((await user()).isAuthenticated).toBe(true);
    expect(issuer.countRequests('token')).toBe(0);
    await silent.close();
  });

  it('are never looked at again with revalidateAfter: false', async () => {
    const trusting = await startTokenApp({ issuer, logto: { revalidateAfter: false } });
    browser = trusting.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
    passTime(24 * hour);
    expect((await user()).isAuthenticated).toBe(true);
    expect(issuer.countRequests('token')).toBe(0);
    await trusting.close();
  });
});

describe('A refreshed ID token', () => {
  it.each([true, false])(
    'keeps sid and auth_time of the sign-in when it tells none itself (told: %s)',
    async (told) => {
      const issuer = await startIssuer({
        ...tokenTenant,
        applications: [
          {
            id: 'app',
            secret: 'the-application-secret-of-the-specs',
            backchannelLogoutUri: 'http://localhost:1/logto/back-channel-logout',
            backchannelLogoutSessionRequired: true,
          },
        ],
      });
      const app = await startTokenApp({ issuer, logto: { signInOptions: { maxAge: 600 } } });
      const browser = app.browser();
      await browser.signIn(issuer);
      const before = (await browser.fetch('/user')).json<{ claims: Record<string, unknown> }>().claims;
      expect([typeof before.sid, typeof before.auth_time]).toEqual(['string', 'number']);

      if (!told) issuer.setApplication({ id: 'app', secret: 'the-application-secret-of-the-specs' });
      const after = (await browser.fetch('/refresh')).json<{ claims: Record<string, unknown> }>().claims;
      expect([after.sid, after.auth_time]).toEqual([before.sid, before.auth_time]);
      await app.close();
      await issuer.close();
    },
  );
});
