import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { session } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';

const hour = 3600;

const store = new MemorySessionStore();
const logto = { session: { ...session, store } };
const issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
const app = await startTokenApp({ issuer, logto });

describe('Claims', () => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.restoreUser('ada');
    issuer.updateUser('ada', { roles: ['admin'], name: 'Ada Lovelace' });
  });

  afterAll(() => restoreTime());

  const user = async (
    of = browser,
  ): Promise<{ isAuthenticated: boolean; claims?: Record<string, unknown> }> =>
    (await of.fetch('/me')).json();

  it('are used within revalidateAfter without a request to Logto and without a write to the store', async () => {
    passTime(0.9 * hour - 1);
    issuer.updateUser('ada', { roles: [] });
    store.calls.length = 0;
    expect(await user()).toMatchObject({ isAuthenticated: true, claims: { roles: ['admin'] } });
    expect(issuer.requests()).toEqual([]);
    // express-session loads the session.
    expect(store.calls).toHaveLength(1);
  });

  it('of sign-ins at the same moment are refreshed in the last tenth of revalidateAfter, not at the same moment', async () => {
    const browsers = await Promise.all(Array.from({ length: 20 }, () => app.signedInBrowser(issuer)));
    issuer.resetRequests();
    passTime(0.95 * hour);
    for (const one of browsers) await user(one);
    const early = issuer.countRequests('token');
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(browsers.length);

    // The same sessions are due on every instance, and each is refreshed only once.
    const otherInstance = await startTokenApp({ issuer, logto, instanceOf: app });
    for (const one of browsers) await one.fetch(`${otherInstance.baseUrl}/me`);
    expect(issuer.countRequests('token')).toBe(early);
    passTime(0.05 * hour);
    for (const one of browsers) await user(one);
    expect(issuer.countRequests('token')).toBe(browsers.length);
  });

  it('are refreshed once they are older, and every instance sees the change', async () => {
    passTime(hour + 1);
    issuer.updateUser('ada', { roles: [], name: 'Augusta' });
    expect(await user()).toMatchObject({ claims: { roles: [], name: 'Augusta' } });

    const otherInstance = await startTokenApp({ issuer, logto, instanceOf: app });
    issuer.resetRequests();
    const there = await browser.fetch(`${otherInstance.baseUrl}/me`);
    expect(there.json()).toMatchObject({ claims: { roles: [], name: 'Augusta' } });
    expect(issuer.countRequests('token')).toBe(0);
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
    'end the sign-in of a user who was $what once they are due for a refresh',
    async ({ happens, username }) => {
      if (username !== undefined) {
        issuer.addUser({ id: username, username, password: 'a-password' });
        browser = await app.signedInBrowser(issuer, username);
      }
      happens();
      expect((await user()).isAuthenticated).toBe(true);
      passTime(hour + 1);
      expect(await user()).toEqual({ isAuthenticated: false });
      expect((await browser.open('/token')).location).toContain('/logto/sign-in');
    },
  );

  it('continue to be used while Logto fails, with a retry every 30 seconds at most', async () => {
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

  it('cause one log line a minute that says why they cannot be refreshed', async () => {
    issuer.setApplication({ id: 'app', secret: 'changed-in-the-console' });
    passTime(hour + 1);
    const before = leaks.logged.length;
    for (let request = 0; request < 3; request += 1) {
      expect((await user()).claims?.name).toBe('Ada Lovelace');
      passTime(10);
    }
    issuer.setApplication({ ...application });

    const lines = leaks.logged.slice(before).filter((line) => line.includes('Check `appId` and `appSecret`'));
    expect(lines).toHaveLength(1);
  });

  it('are stored when they have changed, and otherwise once per revalidateAfter for the other instances', async () => {
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

  it('are not refreshed without a refresh token', async () => {
    const silent = await startTokenApp({ issuer, logto: { prompt: 'login' } });
    browser = await silent.signedInBrowser(issuer);
    issuer.resetRequests();
    passTime(2 * hour);
    expect((await user()).isAuthenticated).toBe(true);
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('are not refreshed with revalidateAfter: false', async () => {
    const trusting = await startTokenApp({ issuer, logto: { revalidateAfter: false } });
    browser = await trusting.signedInBrowser(issuer);
    issuer.resetRequests();
    passTime(24 * hour);
    expect((await user()).isAuthenticated).toBe(true);
    expect(issuer.countRequests('token')).toBe(0);
  });
});

describe('A refreshed ID token', () => {
  it.each([true, false])(
    'keeps sid and auth_time of the sign-in (with claims of its own: %s)',
    async (hasOwn) => {
      const own = await startTokenApp({ issuer, logto: { signInOptions: { maxAge: 600 } } });
      registerBackChannelLogout(issuer, own);
      const browser = await own.signedInBrowser(issuer);
      const before = (await browser.fetch('/user')).json<{ claims: Record<string, unknown> }>().claims;
      expect([typeof before.sid, typeof before.auth_time]).toEqual(['string', 'number']);

      if (!hasOwn) issuer.setApplication({ ...application });
      const after = (await browser.fetch('/refresh')).json<{ claims: Record<string, unknown> }>().claims;
      expect([after.sid, after.auth_time]).toEqual([before.sid, before.auth_time]);
    },
  );
});
