import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import expressSession from 'express-session';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { EventStream } from '../support/event-stream.js';
import { startHostileProvider } from '../support/hostile-provider.js';
import { application, resource, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { PagesController } from '../support/pages.js';
import { StreamsController } from '../support/streams.controller.js';

describe('A stream of server-sent events', () => {
  let issuer: LogtoEmulator;
  const apps: TestApp[] = [];
  const streams: EventStream[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    restoreTime();
    issuer.restoreUser('bob');
    for (const stream of streams.splice(0)) await stream.close();
    for (const app of apps.splice(0)) await app.close();
  });

  afterAll(() => issuer.close());

  async function start({ logto, ...parts }: Partial<TestAppParts> = {}): Promise<TestApp> {
    const app = await startApp({
      issuer,
      controllers: [PagesController, StreamsController],
      logto: { ...logto, api: { audience: resource } },
      ...parts,
    });
    apps.push(app);
    return app;
  }

  async function signedIn(app: TestApp, username = 'ada'): Promise<Browser> {
    const browser = app.browser();
    await browser.signIn(issuer, username);
    return browser;
  }

  async function openStream(app: TestApp, browser: Browser, path = '/ticks'): Promise<EventStream> {
    return opened(app.baseUrl + path, { cookie: browser.cookies.header(app.baseUrl) });
  }

  async function opened(url: string, headers: Record<string, string>): Promise<EventStream> {
    const stream = await EventStream.open(url, headers);
    streams.push(stream);
    expect(stream.status).toBe(200);
    return stream;
  }

  const ownSession = expressSession({ ...session, resave: false, saveUninitialized: false });

  describe.each<[string, Partial<TestAppParts>]>([
    ['the module’s session', {}],
    [
      'an app’s own session',
      {
        logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
        configure: (nest) => nest.use(ownSession),
      },
    ],
  ])('on %s', (_, parts) => {
    it('ends at once when its person signs out, and no other does', async () => {
      const app = await start(parts);
      const [browser, other] = [await signedIn(app), await signedIn(app)];
      const [stream, second] = [await openStream(app, browser), await openStream(app, browser)];
      const others = await openStream(app, other);
      await stream.goesOn();

      await browser.open('/logto/sign-out');

      await Promise.all([stream.endsAtOnce(), second.endsAtOnce()]);
      await others.goesOn();
    });

    it('ends at once when Logto tells that the session has ended', async () => {
      const app = await start(parts);
      issuer.setApplication({
        ...application,
        backchannelLogoutUri: `${app.baseUrl}/logto/back-channel-logout`,
        backchannelLogoutSessionRequired: true,
      });
      const browser = await signedIn(app);
      const stream = await openStream(app, browser);
      const url = new URL('/oidc/session/end', issuer.endpoint);
      url.searchParams.set('client_id', application.id);
      url.searchParams.set('post_logout_redirect_uri', app.baseUrl);

      await issuer.signOut(url, { cookies: browser.cookies });
      await stream.endsAtOnce();
    });

    it('ends at once when the app forgets the tokens', async () => {
      const app = await start(parts);
      const browser = await signedIn(app);
      const stream = await openStream(app, browser);

      await browser.post('/clear');
      await stream.endsAtOnce();
    });

    it('ends at once when somebody signs in anew in the same browser', async () => {
      const app = await start(parts);
      const browser = await signedIn(app);
      const stream = await openStream(app, browser);

      await browser.signIn(issuer, 'bob');
      await stream.endsAtOnce();
    });
  });

  it('ends at once when a request finds out that Logto has suspended the user', async () => {
    const app = await start({ logto: { revalidateAfter: 600 } });
    const browser = await signedIn(app, 'bob');
    const stream = await openStream(app, browser);
    issuer.suspendUser('bob');
    passTime(601);

    expect((await browser.open('/protected')).status).toBe(302);
    await stream.endsAtOnce();
  });

  it.each([
    ['absolute', { absolute: 2 }],
    ['idle', { idle: 2 }],
  ])('ends with the %s lifetime of the sign-in, though nobody asks for anything', async (_, lifetime) => {
    const app = await start({ logto: { lifetime } });
    const stream = await openStream(app, await signedIn(app));
    await stream.goesOn();

    await stream.endsAtOnce();
  });

  it('goes on while its person uses the app, where a sign-in ends without use', async () => {
    const app = await start({ logto: { lifetime: { idle: 2 } } });
    const browser = await signedIn(app);
    const stream = await openStream(app, browser);
    for (let tenth = 0; tenth < 15; tenth += 1) {
      await stream.goesOn();
      await browser.open('/user');
    }

    await stream.goesOn();
  });

  it('asks a store that is down no more often at the end of the lifetime', async () => {
    const store = new MemorySessionStore();
    const app = await start({ logto: { session: { ...session, store }, lifetime: { idle: 1 } } });
    const stream = await openStream(app, await signedIn(app));
    store.failing = (operation) => operation === 'get';
    store.calls.length = 0;

    for (let tenth = 0; tenth < 15; tenth += 1) await stream.goesOn();

    expect(store.calls).toHaveLength(1);
  });

  it('ends when the bearer token expires that it was opened with', async () => {
    const provider = await startHostileProvider();
    const app = await start({ issuer: provider });
    const now = Math.floor(Date.now() / 1000);
    const token = await provider.sign(
      { iss: provider.issuer, aud: resource, sub: 'ada', client_id: 'spa', iat: now, exp: now + 3 },
      { typ: 'at+jwt' },
    );
    const stream = await opened(`${app.baseUrl}/api-ticks`, { authorization: `Bearer ${token}` });
    await stream.goesOn();

    await stream.endsAtOnce();
    expect(Date.now()).toBeGreaterThanOrEqual((now + 3) * 1000);
    await app.close();
    await provider.close();
  });

  it('gets a signal that fires also for a sign-in that has ended already', async () => {
    const app = await start();

    expect((await (await signedIn(app)).fetch('/late')).text).toBe('The sign-in has ended.');
  });

  it('goes on for an anonymous visitor, for whom there is nothing to end', async () => {
    const app = await start();
    const browser = app.browser();
    const stream = await openStream(app, browser, '/open-ticks');

    await browser.open('/logto/sign-out');
    await stream.goesOn();
  });

  it('is refused while nobody can tell whether somebody is signed in', async () => {
    const store = new MemorySessionStore();
    const app = await start({ logto: { session: { ...session, store } } });
    const browser = await signedIn(app);
    store.failing = (operation) => operation === 'get';

    expect((await browser.fetch('/open-ticks')).json()).toMatchObject({ code: 'session_store_unavailable' });
  });
});
