import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime } from '../support/runner/clock.js';
import { EventStream } from '../support/requests/event-stream.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { RenewalController } from '../support/controllers/renewal.controller.js';
import { StreamsController } from '../support/controllers/streams.controller.js';

const issuer = await startIssuer();

/** Each instance checks its open streams every ten seconds. All tests wait for the same check. */
describe('A stream of server-sent events, within ten seconds,', () => {
  let here: TestApp;
  let there: TestApp;
  let alone: TestApp;
  const store = new MemorySessionStore();
  const aloneStore = new MemorySessionStore();
  const streams: Record<string, EventStream> = {};
  const browsers: Record<string, Browser> = {};
  /** Session ids, by the name of the browser. */
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    const start = (logto: TestAppParts['logto'], parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
      startApp({
        issuer,
        controllers: [PagesController, RenewalController, StreamsController],
        ...(logto && { logto }),
        ...parts,
      });
    const shared = { session: { ...session, store }, revalidateAfter: 600 };
    here = await start(shared);
    there = await start(shared, { instanceOf: here });
    // A request would touch this session after 700 seconds.
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

  async function open(name: string, username: string, app = here): Promise<void> {
    const browser = await app.signedInBrowser(issuer, username);
    const cookie = browser.cookies.header(app.baseUrl);
    browsers[name] = browser;
    ids[name] = (await browser.fetch('/session')).json<{ id: string }>().id;
    streams[name] = await EventStream.open(`${app.baseUrl}/ticks`, { cookie });
  }

  it('ends when its user has signed out on another instance', () => streams.leaving?.expectEnd());

  it('ends when the app has destroyed the session on another instance', () => streams.destroyed?.expectEnd());

  it('ends when Logto has suspended the user, without any request', () => streams.suspended?.expectEnd());

  it('stays open for a user who is still signed in', () => streams.staying?.expectMoreEvents());

  it('stays open when the app has given the session another id', () => streams.renewed?.expectMoreEvents());

  it('reads the session of an open stream, and not of a closed one', () => {
    const readsOf = (name: string): number =>
      store.calls.filter((call) => call === `get ${ids[name]}`).length;
    // The refresh of the claims, which are due, reads it twice more.
    expect(readsOf('staying')).toBeGreaterThan(0);
    expect(readsOf('staying')).toBeLessThanOrEqual(3);
    expect(readsOf('gone')).toBe(0);
  });

  it('does not extend a session that is not used otherwise', async () => {
    await streams.alone?.expectMoreEvents();
    expect([aloneStore.count('get'), aloneStore.count('touch')]).toEqual([1, 0]);
  });

  it('stays open while the store is down', async () => {
    store.shouldFail = (operation) => operation === 'get';
    await delay(10_500);
    await streams.staying?.expectMoreEvents();
  });
});
