import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  All,
  Catch,
  Controller,
  Get,
  Header,
  HttpException,
  Post,
  Req,
  UseGuards,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Request, Response } from 'express';
import {
  AuthUser,
  LogtoContext,
  LogtoGuard,
  OptionalAuth,
  WithLogto,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { refusalOf } from './support/api.js';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';

@Controller()
@UseGuards(LogtoGuard)
class PagesController {
  @Get('page')
  page(@AuthUser() user: LogtoContext, @Req() request: Request): unknown {
    return { sub: user.claims?.sub, same: request.user === user };
  }

  @Post('page')
  post(): string {
    return 'posted';
  }

  @Get('always')
  @WithLogto({ unauthenticated: 'redirect' })
  always(): string {
    return 'always';
  }

  @Get('never')
  @WithLogto({ unauthenticated: 'reject' })
  never(): string {
    return 'never';
  }

  @Get('cached')
  @Header('Cache-Control', 'public, max-age=60')
  @Header('Vary', 'Accept-Language')
  cached(): string {
    return 'cached';
  }

  @All('any')
  any(): string {
    return 'any';
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AuthUser() user: LogtoContext): boolean {
    return user.isAuthenticated;
  }
}

@Controller('rejecting')
@UseGuards(LogtoGuard)
@WithLogto({ unauthenticated: 'reject' })
class RejectingController {
  @Get('class')
  ofClass(): string {
    return 'class';
  }

  @Get('handler')
  @WithLogto({ unauthenticated: 'redirect' })
  ofHandler(): string {
    return 'handler';
  }
}

/** A filter that writes the response to every exception, as in many apps. */
@Catch()
class CatchAllFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    host.switchToHttp().getResponse<Response>().status(status).json({ own: true });
  }
}

const toSignIn = '/logto/sign-in?returnTo=';

describe('LogtoGuard', () => {
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  const start = async (
    logto: Partial<LogtoModuleOptions> = {},
    parts: Partial<TestAppParts> = {},
  ): Promise<TestApp> =>
    await startApp({ issuer, controllers: [PagesController, RejectingController], logto, ...parts });

  afterEach(() => issuer.resume());

  describe('for an anonymous request', () => {
    let app: TestApp;
    let browser: Browser;

    beforeEach(async () => {
      app = await start();
      browser = app.browser();
    });

    it('redirects a navigation to sign-in, which returns to the same page', async () => {
      const page = await browser.open('/page?tab=1&q=a%20b');
      expect([page.status, page.headers.get('location')]).toEqual([
        302,
        `${toSignIn}${encodeURIComponent('/page?tab=1&q=a%20b')}`,
      ]);
      expect(page.headers.get('cache-control')).toBe('no-store');

      const callback = await browser.signIn(issuer, 'ada', page.location);
      expect(callback.location).toBe(`${app.baseUrl}/page?tab=1&q=a%20b`);
    });

    it.each([
      ['fetch()', { 'sec-fetch-mode': 'cors', accept: '*/*' }],
      ['an image', { 'sec-fetch-mode': 'no-cors', accept: 'image/*' }],
      ['fetch() that asks for HTML', { 'sec-fetch-mode': 'cors', accept: 'text/html' }],
      ['a client that accepts anything', { accept: '*/*' }],
      ['a client that sends no headers', {}],
    ])('answers 401 with a problem body to %s', async (_, headers) => {
      const answer = await browser.fetch('/page', { headers });

      expect(refusalOf(answer)).toEqual({ status: 401, code: 'not_authenticated', challenge: null });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.headers.get('location')).toBeNull();
    });

    it.each([
      ['GET', 302],
      ['HEAD', 302],
      ['POST', 401],
    ])('goes by `Accept` without fetch metadata: %s with text/html gets %i', async (method, status) => {
      const answer = await browser.fetch('/page', { method, headers: { accept: 'text/html,*/*;q=0.8' } });
      expect(answer.status).toBe(status);
    });

    it('returns to the page of the form, not to the route that it was posted to', async () => {
      const post = (referer?: string): ReturnType<Browser['fetch']> =>
        browser.fetch('/page', {
          method: 'POST',
          headers: { 'sec-fetch-mode': 'navigate', ...(referer !== undefined && { referer }) },
        });

      const own = await post(`${app.baseUrl}/form?step=2`);
      expect([own.status, own.headers.get('location')]).toEqual([
        303,
        `${toSignIn}${encodeURIComponent('/form?step=2')}&form=1`,
      ]);
      for (const referer of [
        undefined,
        'https://evil.example/form',
        'nonsense',
        `${app.baseUrl}//evil.example`,
      ]) {
        const other = await post(referer);
        expect([other.status, other.headers.get('location')]).toEqual([303, '/logto/sign-in?form=1']);
      }
    });

    it('redirects or rejects as the handler, the class or the module says, in this order', async () => {
      const anything = { accept: '*/*' };
      expect((await browser.fetch('/always', { headers: anything })).status).toBe(302);
      expect((await browser.open('/never')).status).toBe(401);
      expect((await browser.open('/rejecting/class')).status).toBe(401);
      expect((await browser.fetch('/rejecting/handler', { headers: anything })).status).toBe(302);

      const rejecting = (await start({ unauthenticated: 'reject' })).browser();
      expect((await rejecting.open('/page')).status).toBe(401);
      expect((await rejecting.open('/always')).status).toBe(302);
    });

    it.each(['OPTIONS', 'TRACE', 'DELETE', 'PROPFIND'])('denies every method: %s', async (method) => {
      expect((await browser.fetch('/any', { method })).status).toBe(401);
    });

    it('redirects even if a filter of the app handles every exception', async () => {
      const own = await start({}, { providers: [{ provide: APP_FILTER, useClass: CatchAllFilter }] });
      const page = await own.browser().open('/page');
      expect([page.status, page.headers.get('location')]).toEqual([302, `${toSignIn}%2Fpage`]);
      expect((await own.browser().fetch('/page')).status).toBe(401);
    });

    it('uses the paths that browsers see behind a proxy that strips a path', async () => {
      const proxied = await start({ baseUrl: 'http://localhost:1/app' });
      const page = await proxied.browser().open('/page');
      expect(page.headers.get('location')).toBe('/app/logto/sign-in?returnTo=%2Fapp%2Fpage');
    });
  });

  describe('for a signed-in user', () => {
    let browser: Browser;
    let store: MemorySessionStore;

    beforeEach(async () => {
      store = new MemorySessionStore();
      browser = (await start({ session: { ...session, store } })).browser();
      await browser.signIn(issuer);
      issuer.resetRequests();
    });

    it('gives the handler the user', async () => {
      expect((await browser.open('/page')).json()).toEqual({ sub: 'ada', same: true });
      expect((await browser.fetch('/page', { method: 'HEAD' })).status).toBe(200);
    });

    it('sends no request to Logto, which may be down', async () => {
      await issuer.pause();
      expect((await browser.open('/page')).status).toBe(200);
      expect(issuer.requests()).toEqual([]);
    });

    it('ignores bearer tokens', async () => {
      expect((await browser.fetch('/page', { headers: { authorization: 'Bearer x' } })).status).toBe(200);
      browser.cookies.clear();
      expect((await browser.fetch('/page', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
    });

    it('keeps responses out of shared caches unless the handler sets the headers', async () => {
      const [page, cached] = [await browser.open('/page'), await browser.open('/cached')];
      expect([page.headers.get('cache-control'), page.headers.get('vary')]).toEqual([
        'private, no-store',
        'Cookie',
      ]);
      expect([cached.headers.get('cache-control'), cached.headers.get('vary')]).toEqual([
        'public, max-age=60',
        'Accept-Language',
      ]);
    });

    it('answers 503 instead of redirecting to sign-in while the session store is down', async () => {
      store.emit('disconnect');
      for (const path of ['/page', '/optional']) {
        expect(
          refusalOf(await browser.open(path, { accept: '*/*', 'sec-fetch-mode': 'cors' })),
        ).toMatchObject({
          status: 503,
          code: 'session_store_unavailable',
        });
      }
      store.emit('connect');
      expect((await browser.open('/page')).status).toBe(200);
    });
  });

  it('names the missing option when no session is configured', async () => {
    const app = await start({ session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' });
    const answer = await app.browser().fetch('/page');

    expect(answer.json()).toMatchObject({ status: 500, code: 'session_not_configured' });
    expect(answer.json<{ detail: string }>().detail).toContain('express-session');
  });
});
