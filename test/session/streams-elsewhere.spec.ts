import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { EventStream } from '../support/event-stream.js';
import { startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { PagesController } from '../support/pages.js';
import { StreamsController } from '../support/streams.controller.js';

/** Two instances look at their open streams every ten seconds: the specs wait for it once, all together. */
describe('A stream of server-sent events, within ten seconds,', () => {
  let issuer: LogtoEmulator;
  let here: TestApp;
  let there: TestApp;
  let alone: TestApp;
  const store = new MemorySessionStore();
  const aloneStore = new MemorySessionStore();
  const streams: Record<string, EventStream> = {};
  const browsers: Record<string, Browser> = {};
  /** Of their sessions. */
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    issuer = await startIssuer();
    const start = (logto: TestAppParts['logto'], parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
      startApp({
        issuer,
        controllers: [PagesController, StreamsController],
        ...(logto && { logto }),
        ...parts,
      });
    const shared = { session: { ...session, store }, revalidateAfter: 600 };
    here = await start(shared);
    there = await start(shared, { instanceOf: here });
    // After 700 seconds a session that a request loads is touched.
    alone = await start({
      session: { ...session, store: aloneStore, cookie: { maxAge: 7000_000 } },
      revalidateAfter: false,
    });
    await open('alone', 'ada', alone);
    for (const name of ['leaving', 'staying', 'renewed', 'gone', 'destroyed']) await open(name, 'ada');
    await open('suspended', 'bob');

    await browsers.leaving?.open(`${there.baseUrl}/logto/sign-out`);
    await browsers.renewed?.open(`${there.baseUrl}/renew`);
    await browsers.destroyed?.open(`${there.baseUrl}/destroy`);
    await streams.gone?.close();
    issuer.suspendUser('bob');
    passTime(800);
    store.calls.length = 0;
    aloneStore.calls.length = 0;
    await delay(11_500);
  });

  afterAll(async () => {
    restoreTime();
    for (const stream of Object.values(streams)) await stream.close();
    await here.close();
    await there.close();
    await alone.close();
    await issuer.close();
  });

  async function open(name: string, username: string, app = here): Promise<void> {
    const browser = app.browser();
    await browser.signIn(issuer, username);
    const cookie = browser.cookies.header(app.baseUrl);
    browsers[name] = browser;
    ids[name] = (await browser.fetch('/session')).json<{ id: string }>().id;
    streams[name] = await EventStream.open(`${app.baseUrl}/ticks`, { cookie });
  }

  it('ends when its person has signed out on another instance', () => streams.leaving?.endsAtOnce());

  it('ends when the app has destroyed the session on another instance', () =>
    streams.destroyed?.endsAtOnce());

  it('ends when Logto has suspended the user, though no request asks', () => streams.suspended?.endsAtOnce());

  it('goes on for a person who is still signed in', () => streams.staying?.goesOn());

  it('goes on when the app has given the session another id', () => streams.renewed?.goesOn());

  it('asks the store for the sessions of open streams, and for none that its person has left', () => {
    const looksInto = (name: string): number =>
      store.calls.filter((call) => call === `get ${ids[name]}`).length;
    // Two reads more belong to the refresh of the claims, which are due.
    expect(looksInto('staying')).toBeGreaterThan(0);
    expect(looksInto('staying')).toBeLessThanOrEqual(3);
    expect(looksInto('gone')).toBe(0);
  });

  it('does not prolong a session that nobody uses otherwise', async () => {
    await streams.alone?.goesOn();
    expect([aloneStore.count('get'), aloneStore.count('touch')]).toEqual([1, 0]);
  });

  it('goes on while the store is down', async () => {
    store.failing = (operation) => operation === 'get';
    await delay(10_500);
    await streams.staying?.goesOn();
  });
});
