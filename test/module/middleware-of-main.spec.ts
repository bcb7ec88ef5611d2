import { describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import cookieParser from 'cookie-parser';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import expressSession from 'express-session';
import { asInMain, asInTests, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { PagesController } from '../support/requests/pages.js';
import { mountedByApp } from '../support/app/session-mounts.js';

/** Redirects anonymous requests, like a middleware in main.ts that protects a dashboard. */
const onlyUsers: RequestHandler = (request, response, next) => {
  if (request.user?.isAuthenticated) next();
  else response.redirect('/logto/sign-in?returnTo=/queues');
};

const showUser: RequestHandler = (request, response) => {
  response.send(`queues of ${request.user?.claims?.sub}`);
};

const issuer = await startIssuer();

describe.each([
  ['NestFactory', asInMain],
  ['a testing module', asInTests],
])('Middleware that main.ts mounts on an app from %s', (_, create) => {
  const start = (parts: Partial<TestAppParts>): Promise<TestApp> =>
    startApp({ issuer, controllers: [PagesController], create, ...parts });

  it('sees req.user, so that it can guard a dashboard', async () => {
    const app = await start({ configure: (nest) => nest.use('/queues', onlyUsers, showUser) });
    const browser = app.browser();

    const { location = '' } = await browser.open('/queues');
    expect(location).toBe(`${app.baseUrl}/logto/sign-in?returnTo=/queues`);
    await browser.signIn(issuer, 'ada', location);

    expect((await browser.open('/queues')).text).toBe('queues of ada');
  });

  it('sees the session, so that it can bind a CSRF token to it', async () => {
    const seen: unknown[] = [];
    const app = await start({
      configure: (nest) => {
        nest.use(cookieParser());
        nest.use((request: Request, _response: Response, next: NextFunction) => {
          seen.push(request.session.id === request.sessionID);
          next();
        });
      },
    });

    expect((await app.browser().open('/')).text).toBe('home');
    expect(seen).toEqual([true]);
  });

  it('can call every method of LogtoService that a handler can call', async () => {
    const app = await start({
      configure: (nest) => {
        const use = (path: string, answer: (request: Request) => Promise<unknown>): void => {
          nest.use(path, (request: Request, response: Response, next: NextFunction) => {
            answer(request).then((value) => response.json(value), next);
          });
        };
        use('/middleware/context', (request) => app.logto.getContext(request, { fetchUserInfo: true }));
        use('/middleware/token', async (request) => (await app.logto.getAccessToken(request)).length > 0);
        use(
          '/middleware/enter',
          async (request) => (await app.logto.signIn(request, { returnTo: '/user' })).href,
        );
        use('/middleware/leave', async (request) => (await app.logto.signOut(request)).href);
      },
    });
    const browser = app.browser();

    const address = (await browser.open('/middleware/enter')).json<string>();
    const callback = await issuer.signIn(address, { username: 'ada', cookies: browser.cookies });
    expect((await browser.open(callback.href)).location).toBe(`${app.baseUrl}/user`);
    expect((await browser.open('/middleware/context')).json()).toMatchObject({ userInfo: { sub: 'ada' } });
    expect((await browser.open('/middleware/token')).json()).toBe(true);
    expect((await browser.open('/middleware/leave')).json()).toContain('/session/end');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it.each([
    ['no body parser', { bodyParser: false }],
    ['raw bodies', { rawBody: true }],
  ])('does not affect the sign-in with %s', async (_case, applicationOptions) => {
    const browser = await (await start({ applicationOptions })).signedInBrowser(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('may be a second session for another path, which fails only there', async () => {
    const app = await start({
      configure: (nest) =>
        nest.use(
          '/legacy',
          expressSession({ secret: 'another-secret', resave: false, saveUninitialized: true }),
        ),
    });
    const browser = app.browser();

    expect((await browser.open('/')).text).toBe('home');
    const page = await browser.fetch('/legacy', { headers: { accept: 'application/json' } });
    expect([page.status, page.json().code]).toEqual([500, 'session_configured_twice']);
  });

  it('may have the name `session` without being express-session', async () => {
    const app = await start({
      configure: (nest) => {
        const own = (_request: Request, _response: Response, next: NextFunction): void => next();
        nest.use(Object.defineProperty(own, 'name', { value: 'session' }));
      },
    });

    expect((await app.browser().open('/')).text).toBe('home');
  });

  describe('without a session fails with the cause:', () => {
    async function expectMissing(app: TestApp, path: string, reason: RegExp): Promise<void> {
      const page = await app.browser().fetch(path, { headers: { accept: 'application/json' } });
      expect([page.status, page.json().code]).toEqual([500, 'session_missing']);
      expect(page.json().detail).toMatch(reason);
      expect(leaks.logged.join('\n')).toMatch(reason);
    }

    it('the session is mounted too late', async () => {
      const app = await start({
        logto: { session: undefined },
        configure: (nest) => {
          nest.use('/early', (request: Request, _response: Response, next: NextFunction) => {
            app.logto.getIdToken(request).then(() => next(), next);
          });
          mountedByApp().configure?.(nest);
        },
      });
      await expectMissing(app, '/early', /mounted after the middleware[^]*first in main\.ts/);
    });

    it('the path of the session cookie excludes the route', async () => {
      const app = await start(mountedByApp({ cookie: { path: '/user' } }));
      // The module knows the path after the first request below it.
      await app.browser().open('/user');
      await expectMissing(app, '/protected', /has the path "\/user"/);
    });

    it('something has set req.session to null', async () => {
      const app = await start({
        configure: (nest) =>
          nest.use('/protected', (request: Request, _response: Response, next: NextFunction) => {
            (request as { session: unknown }).session = null;
            next();
          }),
      });
      await expectMissing(app, '/protected', /req\.session = null/);
    });

    it('the middleware was mounted before Nest', async () => {
      const server = express();
      let app: TestApp | undefined;
      server.use('/early', (request, _response, next) => {
        void app?.logto.getIdToken(request).then(() => next(), next);
      });
      server.use(
        (
          error: { code: string; message: string },
          _request: Request,
          response: Response,
          _next: NextFunction,
        ) => {
          response.status(500).json({ code: error.code, detail: error.message });
        },
      );
      app = await start({
        create: (module, options) =>
          NestFactory.create(module, new ExpressAdapter(server), { ...options, abortOnError: false }),
      });
      const page = await app.browser().open('/early');
      expect(page.json()).toMatchObject({
        code: 'session_missing',
        detail: expect.stringMatching(/before `NestFactory\.create`/),
      });
    });
  });
});
