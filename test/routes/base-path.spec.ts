import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { VersioningType, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import type { LogtoModuleExtras, LogtoModuleOptions } from 'nestjs-logto';
import { signInWithoutBrowser } from 'nestjs-logto/testing';
import { startApp, type TestApp } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { AuthRoutesController } from '../support/controllers/auth-routes.controller.js';
import { Browser } from '../support/requests/browser.js';
import { expectRoundTrip } from '../support/requests/expect-round-trip.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leftovers } from '../support/runner/leftovers.js';
import { watchLogs } from '../support/app/options.js';
import { PagesController } from '../support/requests/pages.js';
import { PathProxy } from '../support/requests/path-proxy.js';

/** The path of an app, and the servers in front of it that strip or add a path. */
interface Place {
  /** The path of `baseUrl`. */
  base: string;
  /** The path that the proxy in front of the app strips. */
  stripped?: string;
  globalPrefix?: string;
  /** The path at which another server mounts the app. */
  mountedAt?: string;
  mount?: (app: NestExpressApplication, path: string) => RequestListener;
  /** The path of the pages, as browsers see it. Default: `base`. */
  pages?: string;
  logto?: Partial<LogtoModuleOptions & LogtoModuleExtras>;
  controllers?: Type[];
  configure?: (app: NestExpressApplication) => void;
}

const listenerOf = (app: NestExpressApplication): express.Express => app.getHttpAdapter().getInstance();

/** Mounts the app below another Express app. */
const byExpress = (app: NestExpressApplication, path: string): RequestListener =>
  express().use(path, listenerOf(app));

/** Mounts the app like `connect` and hand-written servers. */
const byHand =
  (app: NestExpressApplication, path: string): RequestListener =>
  (request: IncomingMessage & { originalUrl?: string }, response) => {
    request.originalUrl = request.url ?? '';
    request.url = request.originalUrl.slice(path.length) || '/';
    listenerOf(app)(request as express.Request, response as express.Response);
  };

const places: [string, Place][] = [
  ['at a path that a proxy strips', { base: '/shop', stripped: '/shop' }],
  ['at a path that is its global prefix', { base: '/shop', globalPrefix: 'shop' }],
  ['at a path that is its global prefix with slashes around it', { base: '/shop', globalPrefix: '/shop/' }],
  ['at a path of several segments that is its global prefix', { base: '/shop/v1', globalPrefix: 'shop/v1' }],
  [
    'at a path that ends with its global prefix, while a proxy strips the rest',
    { base: '/shop/api', stripped: '/shop', globalPrefix: 'api' },
  ],
  [
    'at a path that a proxy strips, with a global prefix below it',
    { base: '/shop', stripped: '/shop', globalPrefix: 'api', pages: '/shop/api' },
  ],
  ['at the root, with a global prefix', { base: '', globalPrefix: 'api', pages: '/api' }],
  ['below another Express app', { base: '/shop', mountedAt: '/shop', mount: byExpress }],
  ['below a server without Express', { base: '/shop', mountedAt: '/shop', mount: byHand }],
  [
    'below another Express app, at one of several paths',
    {
      base: '/shop',
      mountedAt: '/shop',
      mount: (app) => express().use(['/boutique', '/shop'], listenerOf(app)),
    },
  ],
  [
    'below another Express app, with a global prefix that is not part of baseUrl',
    { base: '/shop', mountedAt: '/shop', mount: byExpress, globalPrefix: 'api', pages: '/shop/api' },
  ],
  [
    'below another Express app, with a global prefix that is part of baseUrl',
    { base: '/shop/api', mountedAt: '/shop', mount: byExpress, globalPrefix: 'api' },
  ],
  [
    'below another Express app, behind a proxy that strips the start of the path',
    { base: '/outer/shop', stripped: '/outer', mountedAt: '/shop', mount: byExpress },
  ],
  [
    'at a path that authRoutesPrefix has and baseUrl has not',
    {
      base: '',
      logto: { authRoutesPrefix: 'shop/logto' },
      configure: (app) => app.setGlobalPrefix('shop'),
      pages: '/shop',
    },
  ],
  [
    'at a path that is its global prefix, with versions',
    {
      base: '/shop',
      globalPrefix: 'shop',
      pages: '/shop/v1',
      configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    },
  ],
];

const issuer = await startIssuer();

/** Starts an app at a place. @returns the app and its origin for browsers */
async function startAt({
  base,
  stripped,
  globalPrefix,
  mountedAt,
  mount,
  logto,
  controllers = [PagesController],
  configure,
}: Place): Promise<{ app: TestApp; origin: string }> {
  const [appPort, outerPort] = [await freePort(), await freePort()];
  const proxy = await PathProxy.start(mount ? outerPort : appPort, stripped);
  const app = await startApp({
    issuer,
    controllers,
    port: appPort,
    logto: { baseUrl: `${proxy.origin}${base}`, ...logto },
    configure: (nest) => {
      if (globalPrefix !== undefined) nest.setGlobalPrefix(globalPrefix);
      configure?.(nest);
      if (!mount || mountedAt === undefined) return;
      const outer = createServer(mount(nest, mountedAt));
      outer.listen(outerPort);
      leftovers.add(async () => {
        outer.closeAllConnections();
        await new Promise((resolve) => outer.close(resolve));
      });
    },
  });
  return { app, origin: proxy.origin };
}

describe('An app', () => {
  describe.each(places)('%s', (_, place) => {
    const { base, pages = base, logto } = place;
    const routes = `${base}/${logto?.authRoutesPrefix ?? 'logto'}`;

    it('signs users in and out, with the path once in every address', async () => {
      const { origin } = await startAt(place);

      await expectRoundTrip(issuer, {
        origin,
        page: `${pages}/protected`,
        routes,
        home: `${origin}${base}`,
      });
    });

    it('links to its sign-in on error pages, and answers logout tokens', async () => {
      const { origin } = await startAt(place);
      const browser = new Browser(origin);

      const page = await browser.open(`${routes}/sign-in-callback?code=a&state=b`);
      expect([page.status, page.text]).toEqual([400, expect.stringContaining(`href="${routes}/sign-in"`)]);
      expect((await browser.post(`${routes}/back-channel-logout`)).status).toBe(400);
    });

    it('redirects from another loopback name to the same page', async () => {
      const { origin } = await startAt(place);
      const moved = await new Browser(origin.replace('localhost', '127.0.0.1')).open(
        `${routes}/sign-in?returnTo=${pages}/user`,
      );

      expect(moved.location).toMatch(new RegExp(`^${origin}${routes}/sign-in\\?returnTo=`));
    });
  });

  describe('at startup', () => {
    /** The lines of the log about the path of the app. */
    async function logged(place: Place): Promise<string[]> {
      const logs = watchLogs();
      await startAt(place);
      return logs()
        .flatMap((line) => line.split('\n'))
        .filter((line) => /reached at|cannot be reached/.test(line));
    }

    it('logs what a proxy must strip', async () => {
      expect(await logged({ base: '/shop', stripped: '/shop' })).toEqual([
        expect.stringMatching(/reached at +\/logto\/…: a proxy must strip "\/shop"/),
      ]);
      expect(await logged({ base: '/shop/api', stripped: '/shop', globalPrefix: 'api' })).toEqual([
        expect.stringMatching(/reached at +\/api\/logto\/….*strip "\/shop"/),
      ]);
    });

    it('logs that nothing may strip its global prefix', async () => {
      expect(await logged({ base: '/shop', globalPrefix: 'shop' })).toEqual([
        expect.stringMatching(/reached at +\/shop\/logto\/…: nothing may strip "\/shop" on the way/),
      ]);
    });

    it('logs that nothing may strip the path where another app mounts it', async () => {
      expect(await logged({ base: '/shop', mountedAt: '/shop', mount: byExpress })).toEqual([
        expect.stringMatching(/reached at +\/shop\/logto\/…: nothing may strip/),
      ]);
    });

    it('logs nothing if `baseUrl` has no path', async () => {
      expect(await logged({ base: '', globalPrefix: 'api' })).toEqual([]);
    });

    it('warns that its routes cannot be reached where the global prefix starts with the stripped path', async () => {
      expect(await logged({ base: '/shop', globalPrefix: 'shop/v1', stripped: '/shop' })).toEqual([
        expect.stringMatching(/reached at +\/logto/),
        expect.stringMatching(/cannot be reached.*\/shop\/v1.*authRoutesPrefix: 'shop\/logto'/),
      ]);
    });

    const cookieWarnings = async (place: Place): Promise<string[]> => {
      const logs = watchLogs();
      const session = { secret: 'a-session-secret', cookie: { path: '/shop' } };
      await startAt({ ...place, logto: { session } });
      return logs().filter((line) => line.includes('session cookie'));
    };

    it('warns about a session cookie with a path that a proxy strips', async () => {
      expect(await cookieWarnings({ base: '/shop', stripped: '/shop' })).toEqual([
        expect.stringMatching(/`path`.*"\/shop".*strips.*Leave it out/),
      ]);
    });

    it('does not warn about a session cookie with a path that reaches the app', async () => {
      expect(await cookieWarnings({ base: '/shop', globalPrefix: 'shop' })).toEqual([]);
      expect(await cookieWarnings({ base: '/shop', mountedAt: '/shop', mount: byExpress })).toEqual([]);
    });
  });

  it('works with a session cookie for the path of its global prefix', async () => {
    const session = { secret: 'a-session-secret', cookie: { path: '/shop' } };
    const { origin } = await startAt({ base: '/shop', globalPrefix: 'shop', logto: { session } });
    const browser = new Browser(origin);
    await browser.signIn(issuer, 'ada', '/shop/logto/sign-in');

    expect((await browser.open('/shop/protected')).text).toBe('hello ada');
  });

  it('may have its own sign-in routes below its global prefix', async () => {
    const logs = watchLogs();
    const { origin } = await startAt({
      base: '/shop',
      globalPrefix: 'shop',
      logto: { authRoutes: false, authRoutesPrefix: 'auth' },
      controllers: [PagesController, AuthRoutesController],
    });
    const browser = new Browser(origin);

    const { location = '' } = await browser.open('/shop/protected');
    expect((await browser.signIn(issuer, 'ada', location)).location).toBe(`${origin}/shop/protected`);
    expect((await browser.open('/shop/protected')).text).toBe('hello ada');
    expect(logs().filter((line) => line.includes('this app has no route'))).toEqual([]);
  });

  it.each<[string, Place, string]>([
    ['a path that a proxy strips', { base: '/shop', stripped: '/shop' }, '/shop/protected'],
    ['a global prefix', { base: '/shop', globalPrefix: 'shop' }, '/shop/protected'],
    ['both', { base: '/shop/api', stripped: '/shop', globalPrefix: 'api' }, '/shop/api/protected'],
  ])('works with signInWithoutBrowser at %s', async (_, place, page) => {
    const { app } = await startAt(place);
    const agent = await signInWithoutBrowser(app.app, issuer, 'ada');

    expect(await (await agent.fetch(page)).text()).toBe('hello ada');
  });
});
