import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Query, Redirect, Req, VersioningType, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type Request } from 'express';
import { LogtoService, type LogtoModuleExtras, type LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { signInWithoutBrowser } from 'nestjs-logto/testing';
import { freePort, startApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { startIssuer } from '../support/issuer.js';
import { leftovers } from '../support/leftovers.js';
import { watchLogs } from '../support/options.js';
import { PagesController } from '../support/pages.js';
import { PathProxy } from '../support/path-proxy.js';

/** How an app comes by its path. */
interface Place {
  /** The path of `baseUrl`. */
  base: string;
  /** What the proxy in front strips. */
  stripped?: string;
  globalPrefix?: string;
  /** Where another app has this one below it. */
  mountedAt?: string;
  /** How it does. */
  mount?: (app: NestExpressApplication, path: string) => RequestListener;
  /** Where the pages are, as browsers see them. Default: `base`. */
  pages?: string;
  logto?: Partial<LogtoModuleOptions & LogtoModuleExtras>;
  controllers?: Type[];
  configure?: (app: NestExpressApplication) => void;
}

const listenerOf = (app: NestExpressApplication): express.Express => app.getHttpAdapter().getInstance();

const byExpress = (app: NestExpressApplication, path: string): RequestListener =>
  express().use(path, listenerOf(app));

/** As `connect` and hand-written servers do. */
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
  ['at a path that is its global prefix, written with slashes', { base: '/shop', globalPrefix: '/shop/' }],
  ['at a path of several segments that is its global prefix', { base: '/shop/v1', globalPrefix: 'shop/v1' }],
  [
    'at a path that ends with its global prefix, the rest of which a proxy strips',
    { base: '/shop/api', stripped: '/shop', globalPrefix: 'api' },
  ],
  [
    'at a path that a proxy strips, with a global prefix below it',
    { base: '/shop', stripped: '/shop', globalPrefix: 'api', pages: '/shop/api' },
  ],
  ['at no path, with a global prefix', { base: '', globalPrefix: 'api', pages: '/api' }],
  ['below another Express app', { base: '/shop', mountedAt: '/shop', mount: byExpress }],
  ['below a server of another kind', { base: '/shop', mountedAt: '/shop', mount: byHand }],
  [
    'below another Express app, at one of several paths',
    {
      base: '/shop',
      mountedAt: '/shop',
      mount: (app) => express().use(['/boutique', '/shop'], listenerOf(app)),
    },
  ],
  [
    'below another Express app, with a global prefix of its own below that',
    { base: '/shop', mountedAt: '/shop', mount: byExpress, globalPrefix: 'api', pages: '/shop/api' },
  ],
  [
    'below another Express app, with a global prefix that is part of its address',
    { base: '/shop/api', mountedAt: '/shop', mount: byExpress, globalPrefix: 'api' },
  ],
  [
    'below another Express app whose path a proxy has stripped of its beginning',
    { base: '/outer/shop', stripped: '/outer', mountedAt: '/shop', mount: byExpress },
  ],
  [
    'at a path that only its routes have',
    {
      base: '',
      logto: { authRoutesPrefix: 'shop/logto' },
      configure: (app) => app.setGlobalPrefix('shop'),
      pages: '/shop',
    },
  ],
  [
    'at a path that is its global prefix, in versions',
    {
      base: '/shop',
      globalPrefix: 'shop',
      pages: '/shop/v1',
      configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    },
  ],
];

describe('An app', () => {
  let issuer: LogtoEmulator;
  const running: { close(): unknown }[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    for (const one of running.splice(0).toReversed()) await one.close();
  });

  afterAll(() => issuer.close());

  /** Starts an app at its place. @returns where browsers find it */
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
    running.push(proxy);
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
        running.push({
          close: leftovers.ends(async () => {
            outer.closeAllConnections();
            await new Promise((resolve) => outer.close(resolve));
          }),
        });
      },
    });
    running.push(app);
    return { app, origin: proxy.origin };
  }

  describe.each(places)('%s', (_, place) => {
    const { base, pages = base, logto } = place;
    const routes = `${base}/${logto?.authRoutesPrefix ?? 'logto'}`;

    it('signs people in and out with each path once', async () => {
      const { origin } = await startAt(place);
      const browser = new Browser(origin);
      const page = `${pages}/protected?tab=1`;

      const refused = await browser.open(page);
      expect(refused.location).toBe(`${origin}${routes}/sign-in?returnTo=${encodeURIComponent(page)}`);
      const started = await browser.open(refused.location ?? '');
      expect(new URL(started.location ?? '').searchParams.get('redirect_uri')).toBe(
        `${origin}${routes}/sign-in-callback`,
      );
      const callback = await issuer.signIn(started.location ?? '', {
        username: 'ada',
        cookies: browser.cookies,
      });
      expect((await browser.open(callback.href)).location).toBe(`${origin}${page}`);
      expect((await browser.open(page)).text).toBe('hello ada');
      const { location = '' } = await browser.open(`${routes}/sign-out`);
      expect(new URL(location).searchParams.get('post_logout_redirect_uri')).toBe(`${origin}${base}`);
      expect((await browser.open(page)).status).toBe(302);
    });

    it('has an error page that leads back to its sign-in, and answers logout tokens', async () => {
      const { origin } = await startAt(place);
      const browser = new Browser(origin);

      const page = await browser.open(`${routes}/sign-in-callback?code=a&state=b`);
      expect([page.status, page.text]).toEqual([400, expect.stringContaining(`href="${routes}/sign-in"`)]);
      expect((await browser.post(`${routes}/back-channel-logout`)).status).toBe(400);
    });

    it('moves a visitor of another loopback name to the same page', async () => {
      const { origin } = await startAt(place);
      const moved = await new Browser(origin.replace('localhost', '127.0.0.1')).open(
        `${routes}/sign-in?returnTo=${pages}/user`,
      );

      expect(moved.location?.split('?')[0]).toBe(`${origin}${routes}/sign-in`);
    });
  });

  describe('at start', () => {
    /** What its log says of its path. */
    async function told(place: Place): Promise<string[]> {
      const logs = watchLogs();
      await startAt(place);
      return logs()
        .flatMap((line) => line.split('\n'))
        .filter((line) => /reached at|cannot be reached/.test(line));
    }

    it('says what a proxy has to strip', async () => {
      expect(await told({ base: '/shop', stripped: '/shop' })).toEqual([
        expect.stringMatching(/reached at +\/logto\/…: a proxy has to strip "\/shop" on the way/),
      ]);
      expect(await told({ base: '/shop/api', stripped: '/shop', globalPrefix: 'api' })).toEqual([
        expect.stringMatching(/reached at +\/api\/logto\/….*strip "\/shop"/),
      ]);
    });

    it('says that nothing may strip its global prefix', async () => {
      expect(await told({ base: '/shop', globalPrefix: 'shop' })).toEqual([
        expect.stringMatching(/reached at +\/shop\/logto\/…: nothing may strip "\/shop" on the way/),
      ]);
    });

    it('says nothing where it is below another app already, and nothing is stripped', async () => {
      expect(await told({ base: '/shop', mountedAt: '/shop', mount: byExpress })).toEqual([
        expect.stringMatching(/reached at +\/shop\/logto\/…: nothing may strip/),
      ]);
    });

    it('says nothing of a path that there is not', async () => {
      expect(await told({ base: '', globalPrefix: 'api' })).toEqual([]);
    });

    it('warns that its routes cannot be reached where the global prefix begins with the path', async () => {
      expect(await told({ base: '/shop', globalPrefix: 'shop/v1', stripped: '/shop' })).toEqual([
        expect.stringMatching(/reached at +\/logto/),
        expect.stringMatching(/cannot be reached.*\/shop\/v1.*authRoutesPrefix: 'shop\/logto'/),
      ]);
    });

    const cookieRemarks = async (place: Place): Promise<string[]> => {
      const logs = watchLogs();
      const session = { secret: 'a-session-secret', cookie: { path: '/shop' } };
      await startAt({ ...place, logto: { session } });
      return logs().filter((line) => line.includes('session cookie'));
    };

    it('warns of a session cookie for a path that a proxy strips', async () => {
      expect(await cookieRemarks({ base: '/shop', stripped: '/shop' })).toEqual([
        expect.stringMatching(/`path`.*"\/shop".*strips.*Leave it out/),
      ]);
    });

    it('has no word on one for a path that reaches it', async () => {
      expect(await cookieRemarks({ base: '/shop', globalPrefix: 'shop' })).toEqual([]);
      expect(await cookieRemarks({ base: '/shop', mountedAt: '/shop', mount: byExpress })).toEqual([]);
    });
  });

  it('keeps a session cookie to the path of its global prefix', async () => {
    const session = { secret: 'a-session-secret', cookie: { path: '/shop' } };
    const { origin } = await startAt({ base: '/shop', globalPrefix: 'shop', logto: { session } });
    const browser = new Browser(origin);
    await browser.signIn(issuer, 'ada', '/shop/logto/sign-in');

    expect((await browser.open('/shop/protected')).text).toBe('hello ada');
  });

  it('may write the routes itself below its global prefix', async () => {
    @Controller('auth')
    class OwnController {
      constructor(private readonly logto: LogtoService) {}

      @Get('sign-in')
      @Redirect()
      async signIn(@Req() at: Request, @Query('returnTo') returnTo: string): Promise<{ url: string }> {
        return { url: (await this.logto.signIn(at, { returnTo })).href };
      }

      @Get('sign-in-callback')
      @Redirect()
      async callback(@Req() at: Request): Promise<{ url: string }> {
        return { url: (await this.logto.handleSignInCallback(at)).returnTo };
      }
    }
    const logs = watchLogs();
    const { origin } = await startAt({
      base: '/shop',
      globalPrefix: 'shop',
      logto: { authRoutes: false, authRoutesPrefix: 'auth' },
      controllers: [PagesController, OwnController],
    });
    const browser = new Browser(origin);

    const { location = '' } = await browser.open('/shop/protected');
    expect((await browser.signIn(issuer, 'ada', location)).location).toBe(`${origin}/shop/protected`);
    expect((await browser.open('/shop/protected')).text).toBe('hello ada');
    expect(logs().filter((line) => line.includes('no route of this app answers'))).toEqual([]);
  });

  it.each<[string, Place, string]>([
    ['a path that a proxy strips', { base: '/shop', stripped: '/shop' }, '/shop/protected'],
    ['a global prefix', { base: '/shop', globalPrefix: 'shop' }, '/shop/protected'],
    ['both', { base: '/shop/api', stripped: '/shop', globalPrefix: 'api' }, '/shop/api/protected'],
  ])('is signed in to by signInWithoutBrowser at %s', async (_, place, page) => {
    const { app } = await startAt(place);
    const agent = await signInWithoutBrowser(app.app, issuer, 'ada');

    expect(await (await agent.fetch(page)).text()).toBe('hello ada');
  });
});
