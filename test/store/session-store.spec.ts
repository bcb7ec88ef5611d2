import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { eventLoopTurns } from '../support/runner/event-loop-turns.js';
import { pauseResponse } from '../support/logto/pause-response.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { sessions, tokenRecords } from '../support/app/token-store-app.js';

describe('The session store', () => {
  let issuer: LogtoEmulator;
  let store: MemorySessionStore;
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    issuer = await startIssuer(tokenTenant);
    store = new MemorySessionStore();
    app = await startTokenApp({
      issuer,
      logto: { lifetime: { absolute: 3600 }, revalidateAfter: false, session: { ...session, store } },
    });
    // So that ID tokens have a `sid`.
    registerBackChannelLogout(issuer, app);
    browser = app.browser();
  });

  afterEach(() => restoreTime());

  const sessionKey = (): string => store.keys().find((key) => sessions.test(key)) ?? '';

  /** The number of sign-ins in each entry of the index, in which logout tokens find sessions. */
  async function indexSizes(): Promise<number[]> {
    const keys = store.keys().filter((key) => key.startsWith('logto-sign-ins-'));
    const entries = await Promise.all(keys.map((key) => store.stored(key)));
    return entries.map((entry) => (entry as unknown as { logtoSignIns: unknown[] }).logtoSignIns.length);
  }

  it('does not fill up when one browser signs in repeatedly', async () => {
    for (let time = 0; time < 8; time += 1) await browser.signIn(issuer);

    expect(store.keys().filter((key) => sessions.test(key))).toHaveLength(1);
    const { logto } = (await store.stored(sessionKey())) ?? {};
    expect(logto?.completed).toHaveLength(5);
    // One entry by the user, one by the session at Logto.
    expect(await indexSizes()).toEqual([1, 1]);

    await browser.open('/logto/sign-out');
    expect(await indexSizes()).toEqual([0, 0]);
  });

  it('has no keys that reveal a session, a user or a session at Logto', async () => {
    await browser.signIn(issuer);
    const id = sessionKey();
    const { logto } = (await store.stored(id)) ?? {};
    if (!logto || 'ended' in logto) throw new Error('The user is not signed in.');
    expect(logto.sid).toEqual(expect.any(String));
    await browser.open('/logto/sign-out');

    const keys = store.keys();
    expect(keys.length).toBeGreaterThan(0);
    for (const revealing of [id, 'ada', logto.sid, 'sub ', 'sid ']) {
      for (const key of keys) expect(key).not.toContain(revealing);
    }
  });

  it('keeps no tokens of a sign-in that expired while they were being refreshed', async () => {
    await browser.signIn(issuer);
    const paused = pauseResponse(issuer, 'token');
    const slow = browser.fetch(resourceTokenPath);
    await paused.reached;
    passTime(3700);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    while (store.keys().some((key) => tokenRecords.test(key))) await eventLoopTurns(1);
    paused.release();

    expect((await slow).status).toBe(401);
    expect(store.keys().filter((key) => tokenRecords.test(key))).toEqual([]);
  });
});
