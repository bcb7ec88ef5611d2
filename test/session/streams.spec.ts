import { afterEach, describe, expect, it } from '@jest/globals';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { endSessionAtLogto } from '../support/logto/end-session-at-logto.js';
import { pause } from '../support/requests/waiting.js';
import { EventStream } from '../support/requests/event-stream.js';
import { startHostileProvider } from '../support/logto/hostile-provider.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { sessionMounts } from '../support/app/session-mounts.js';
import { StreamsController } from '../support/controllers/streams.controller.js';

const issuer = await startIssuer();

describe('A stream of server-sent events', () => {
  afterEach(() => {
    restoreTime();
    issuer.restoreUser('bob');
  });

  const start = ({ logto, ...parts }: Partial<TestAppParts> = {}): Promise<TestApp> =>
    startApp({
      issuer,
      controllers: [PagesController, StreamsController],
      logto: { ...logto, api: { audience: resource } },
      ...parts,
    });

  async function openStream(app: TestApp, browser: Browser, path = '/ticks'): Promise<EventStream> {
    return opened(app.baseUrl + path, { cookie: browser.cookies.header(app.baseUrl) });
  }

  async function opened(url: string, headers: Record<string, string>): Promise<EventStream> {
    const stream = await EventStream.open(url, headers);
    expect(stream.status).toBe(200);
    return stream;
  }

  describe.each(sessionMounts)('on a session that %s mounts', (_, mount) => {
    const parts = mount();

    it('ends immediately when its user signs out, and other streams stay open', async () => {
      const app = await start(parts);
      const [browser, other] = [await app.signedInBrowser(issuer), await app.signedInBrowser(issuer)];
      const [stream, second] = [await openStream(app, browser), await openStream(app, browser)];
      const others = await openStream(app, other);
      await stream.expectMoreEvents();

      await browser.open('/logto/sign-out');

      await Promise.all([stream.expectEnd(), second.expectEnd()]);
      await others.expectMoreEvents();
    });

    it('ends immediately on a back-channel logout', async () => {
      const app = await start(parts);
      registerBackChannelLogout(issuer, app);
      const browser = await app.signedInBrowser(issuer);
      const stream = await openStream(app, browser);

      await endSessionAtLogto(issuer, app, browser);
      await stream.expectEnd();
    });

    it('ends immediately when the app clears the tokens', async () => {
      const app = await start(parts);
      const browser = await app.signedInBrowser(issuer);
      const stream = await openStream(app, browser);

      await browser.post('/clear');
      await stream.expectEnd();
    });

    it('ends immediately when another user signs in in the same browser', async () => {
      const app = await start(parts);
      const browser = await app.signedInBrowser(issuer);
      const stream = await openStream(app, browser);

      await browser.signIn(issuer, 'bob');
      await stream.expectEnd();
    });
  });

  it('ends immediately when a request finds that Logto has suspended the user', async () => {
    const app = await start({ logto: { revalidateAfter: 600 } });
    const browser = await app.signedInBrowser(issuer, 'bob');
    const stream = await openStream(app, browser);
    issuer.suspendUser('bob');
    passTime(601);

    expect((await browser.open('/protected')).status).toBe(302);
    await stream.expectEnd();
  });

  it.each([
    ['absolute', { absolute: 2 }],
    ['idle', { idle: 2 }],
  ])('ends with the %s lifetime of the sign-in, without any request', async (_, lifetime) => {
    const app = await start({ logto: { lifetime } });
    const stream = await openStream(app, await app.signedInBrowser(issuer));
    await stream.expectMoreEvents();

    await stream.expectEnd();
  });

  it('stays open while its user is active, if there is an idle lifetime', async () => {
    const app = await start({ logto: { lifetime: { idle: 2 } } });
    const browser = await app.signedInBrowser(issuer);
    const stream = await openStream(app, browser);
    for (let tenth = 0; tenth < 15; tenth += 1) {
      await stream.expectMoreEvents();
      await browser.open('/user');
    }

    await stream.expectMoreEvents();
  });

  it('does not retry a store that is down at the end of the lifetime', async () => {
    const store = new MemorySessionStore();
    // With an idle lifetime, the request for the stream may write to the store as well.
    const app = await start({ logto: { session: { ...session, store }, lifetime: { absolute: 3 } } });
    const stream = await openStream(app, await app.signedInBrowser(issuer));
    store.shouldFail = (operation) => operation === 'get';
    store.calls.length = 0;

    await pause(5000);
    await stream.expectMoreEvents();

    expect(store.calls).toHaveLength(1);
  });

  it('ends when its bearer token expires', async () => {
    const provider = await startHostileProvider();
    const app = await start({ issuer: provider });
    const now = Math.floor(Date.now() / 1000);
    const token = await provider.sign(
      { iss: provider.issuer, aud: resource, sub: 'ada', client_id: 'spa', iat: now, exp: now + 3 },
      { typ: 'at+jwt' },
    );
    const stream = await opened(`${app.baseUrl}/api-ticks`, { authorization: `Bearer ${token}` });
    await stream.expectMoreEvents();

    await stream.expectEnd();
    expect(Date.now()).toBeGreaterThanOrEqual((now + 3) * 1000);
  });

  it('gets a signal that is already aborted when the sign-in has ended', async () => {
    const app = await start();

    expect((await (await app.signedInBrowser(issuer)).fetch('/late')).text).toBe('The sign-in has ended.');
  });

  it('stays open for an anonymous request', async () => {
    const app = await start();
    const browser = app.browser();
    const stream = await openStream(app, browser, '/open-ticks');

    await browser.open('/logto/sign-out');
    await stream.expectMoreEvents();
  });

  it('is denied while the session store is down', async () => {
    const store = new MemorySessionStore();
    const app = await start({ logto: { session: { ...session, store } } });
    const browser = await app.signedInBrowser(issuer);
    store.shouldFail = (operation) => operation === 'get';

    expect((await browser.fetch('/open-ticks')).json()).toMatchObject({ code: 'session_store_unavailable' });
  });
});
