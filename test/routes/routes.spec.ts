import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Redirect,
  Req,
  SetMetadata,
  UseFilters,
  ValidationPipe,
  VersioningType,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type VersioningOptions,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, Reflector } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import type { Request, Response } from 'express';
import {
  LogtoException,
  LogtoExceptionFilter,
  LogtoModule,
  LogtoService,
  type LogtoModuleExtras,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { map, type Observable } from 'rxjs';
import { freePort, logtoOptions, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { PagesController } from '../support/pages.js';
import { SignInController } from '../support/sign-in.controller.js';

describe('The routes', () => {
  let issuer: LogtoEmulator;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  afterAll(() => issuer.close());

  async function started(parts: Omit<TestAppParts, 'issuer'> = {}): Promise<TestApp> {
    const app = await startApp({ issuer, controllers: [PagesController], ...parts });
    apps.push(app);
    return app;
  }

  /** From a protected page to Logto, back to it, and out again. */
  async function expectRoundTrip(
    app: TestApp,
    { page = '/protected', routes = '/logto', greeting = 'hello ada' } = {},
  ): Promise<void> {
    const browser = app.browser();
    const refused = await browser.open(`${page}?tab=1`);
    expect(refused.location).toBe(
      `${app.baseUrl}${routes}/sign-in?returnTo=${encodeURIComponent(`${page}?tab=1`)}`,
    );
    const { location = '' } = await browser.open(refused.location ?? '');
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(
      `${app.baseUrl}${routes}/sign-in-callback`,
    );
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
    expect((await browser.open(callback.href)).location).toBe(`${app.baseUrl}${page}?tab=1`);
    const shown = await browser.open(page);
    expect(shown.text).toBe(greeting);
    expect((await browser.open(`${routes}/sign-out`)).location).toContain('/session/end');
    expect((await browser.open(page)).status).toBe(302);
  }

  describe('stand where they are registered at Logto', () => {
    it('outside the global prefix', async () => {
      const app = await started({ configure: (nest) => nest.setGlobalPrefix('api') });

      await expectRoundTrip(app, { page: '/api/protected' });
      expect((await app.browser().open('/api/logto/sign-in')).status).toBe(404);
    });

    it('outside a global prefix that has exceptions of its own', async () => {
      const app = await started({
        configure: (nest) => nest.setGlobalPrefix('api/v1', { exclude: ['user'] }),
      });

      await expectRoundTrip(app, { page: '/api/v1/protected' });
      expect((await app.browser().open('/user')).status).toBe(200);
      expect((await app.browser().open('/api/v1/user')).status).toBe(404);
    });

    it.each<[string, VersioningOptions, string]>([
      ['a version in the path', { type: VersioningType.URI, defaultVersion: '1' }, '/v1/protected'],
      [
        'a version in a header',
        { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' },
        '/protected',
      ],
      [
        'a version in the media type',
        { type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '1' },
        '/protected',
      ],
    ])('without %s', async (_, versioning, page) => {
      const app = await started({ configure: (nest) => nest.enableVersioning(versioning) });
      const headers: Record<string, string> =
        versioning.type === VersioningType.HEADER ? { 'x-version': '1' } : {};

      expect((await app.browser().open('/logto/sign-in')).status).toBe(302);
      const browser = app.browser();
      await browser.signIn(issuer);
      expect(
        (
          await browser.open(
            page,
            versioning.type === VersioningType.MEDIA_TYPE ? { accept: 'text/html;v=1' } : headers,
          )
        ).text,
      ).toBe('hello ada');
    });

    it('with a prefix and a version together', async () => {
      const app = await started({
        configure: (nest) => {
          nest.setGlobalPrefix('api');
          nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
        },
      });

      await expectRoundTrip(app, { page: '/api/v2/protected' });
    });

    it('under a prefix of their own', async () => {
      const app = await started({
        logto: { authRoutesPrefix: '/account/auth/' },
        configure: (nest) => nest.setGlobalPrefix('api'),
      });

      await expectRoundTrip(app, { page: '/api/protected', routes: '/account/auth' });
      expect((await app.browser().open('/logto/sign-in')).status).toBe(404);
    });

    it('of two apps in one process, each under its own', async () => {
      const [one, other] = [
        await started({ logto: { authRoutesPrefix: 'one' } }),
        await started({ logto: { authRoutesPrefix: 'other' } }),
      ];

      await expectRoundTrip(one, { routes: '/one' });
      await expectRoundTrip(other, { routes: '/other' });
      expect((await one.browser().open('/other/sign-in')).status).toBe(404);
    });
  });

  describe('of an app below a path, behind a proxy that strips it', () => {
    let proxy: Server;
    let proxyUrl: string;
    let app: TestApp;

    beforeAll(async () => {
      const port = await freePort();
      proxy = createServer((incoming, outgoing) => {
        const path = incoming.url?.replace(/^\/shop(?=\/|\?|$)/, '') ?? '/';
        const forwarded = request(
          {
            port,
            path: path.startsWith('/') ? path : `/${path}`,
            method: incoming.method,
            headers: incoming.headers,
            agent: false,
          },
          (answer) => {
            outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
            answer.pipe(outgoing);
          },
        );
        incoming.pipe(forwarded);
      });
      await new Promise<void>((resolve) => proxy.listen(0, resolve));
      proxyUrl = `http://localhost:${(proxy.address() as AddressInfo).port}`;
      app = await startApp({
        issuer,
        controllers: [PagesController],
        logto: { baseUrl: `${proxyUrl}/shop` },
        port,
      });
    });

    afterAll(async () => {
      await app.close();
      await new Promise((resolve) => proxy.close(resolve));
    });

    it('are handed out as the browser sees them, from the guard’s redirect to the end of the sign-out', async () => {
      const browser = new Browser(proxyUrl);
      const refused = await browser.open('/shop/protected?tab=1');
      expect(refused.location).toBe(`${proxyUrl}/shop/logto/sign-in?returnTo=%2Fshop%2Fprotected%3Ftab%3D1`);

      const callback = await browser.signIn(issuer, 'ada', refused.location);
      expect(callback.location).toBe(`${proxyUrl}/shop/protected?tab=1`);
      expect((await browser.open('/shop/protected')).text).toBe('hello ada');
      const { location = '' } = await browser.open('/shop/logto/sign-out');
      expect(new URL(location).searchParams.get('post_logout_redirect_uri')).toBe(`${proxyUrl}/shop`);
    });

    it('are what an error page offers to start again with', async () => {
      const page = await new Browser(proxyUrl).open('/shop/logto/sign-in-callback?code=a&state=b');

      expect([page.status, page.text]).toEqual([400, expect.stringContaining('href="/shop/logto/sign-in"')]);
    });

    it('move a visitor of another loopback name to the same page', async () => {
      const port = new URL(proxyUrl).port;
      const moved = await new Browser(`http://127.0.0.1:${port}`).open(
        '/shop/logto/sign-in?returnTo=/shop/user',
      );

      expect(moved.location).toMatch(new RegExp(`^${proxyUrl}/shop/logto/sign-in\\?returnTo=`));
    });
  });

  describe('left out', () => {
    it('can be written by the app over LogtoService, wherever it likes', async () => {
      const app = await started({
        controllers: [PagesController, SignInController],
        logto: { authRoutes: false },
      });
      const browser = app.browser();

      expect((await browser.open('/logto/sign-in')).status).toBe(404);
      const { location = '' } = await browser.open('/enter?to=/protected');
      const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
      expect(callback.pathname).toBe('/entered');
      expect((await browser.open(callback.href)).location).toBe(`${app.baseUrl}/protected`);
      expect((await browser.open('/protected')).text).toBe('hello ada');
      await browser.post('/leave');
      expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    });

    it.each([
      '/entered',
      'entered',
      'http://localhost:1/entered?tenant=a',
      'myapp://entered',
      'http://localhost:1/#a',
    ])('cannot come back to %s: the code could not be exchanged there', async (redirectUri) => {
      @Controller()
      class OddController {
        constructor(private readonly logto: LogtoService) {}

        @Get('odd')
        async odd(@Req() at: Request): Promise<string> {
          return (await this.logto.signIn(at, { redirectUri })).href;
        }
      }
      const app = await started({ controllers: [OddController] });
      const page = await app.browser().fetch('/odd');

      expect([page.status, page.json().code, page.headers.getSetCookie()]).toEqual([
        500,
        'invalid_options',
        [],
      ]);
      expect(page.json().detail).toMatch(/redirectUri.*absolute.*returnTo/);
    });

    it('can be written by the app where the guard sends visitors', async () => {
      @Controller('auth')
      class OwnController {
        constructor(private readonly logto: LogtoService) {}

        @Get('sign-in')
        @Redirect()
        async signIn(@Req() at: Request): Promise<{ url: string }> {
          return {
            url: (await this.logto.signIn(at, { returnTo: at.query.returnTo as string, loginHint: 'ada' }))
              .href,
          };
        }

        @Get('sign-in-callback')
        @Redirect()
        async callback(@Req() at: Request): Promise<{ url: string }> {
          return { url: (await this.logto.handleSignInCallback(at)).returnTo };
        }

        @Get('sign-out')
        @Redirect()
        async signOut(@Req() at: Request): Promise<{ url: string }> {
          return { url: (await this.logto.signOut(at)).href };
        }
      }

      await expectRoundTrip(
        await started({
          controllers: [PagesController, OwnController],
          logto: { authRoutes: false, authRoutesPrefix: 'auth' },
          configure: (nest) => nest.setGlobalPrefix('api'),
        }),
        { page: '/api/protected', routes: '/auth' },
      );
    });

    it('may start a magic link there, whose token no link of the module’s own routes can carry', async () => {
      @Controller()
      class MagicController {
        constructor(private readonly logto: LogtoService) {}

        @Get('magic')
        @Redirect()
        async magic(@Req() at: Request): Promise<{ url: string }> {
          const oneTimeToken = issuer.createOneTimeToken('ada@example.com');
          return { url: (await this.logto.signIn(at, { oneTimeToken, loginHint: 'ada@example.com' })).href };
        }
      }
      const app = await started({ controllers: [PagesController, MagicController] });
      const browser = app.browser();

      const { location = '' } = await browser.open('/magic');
      expect(new URL(location).searchParams.has('one_time_token')).toBe(true);
      // The token decides, not who would be clicked on.
      await browser.open((await issuer.signIn(location, { username: 'bob', cookies: browser.cookies })).href);
      expect((await browser.open('/protected')).text).toBe('hello ada');
    });
  });

  describe('in an app that guards, filters and maps everything', () => {
    const Public = (): ClassDecorator => SetMetadata('app:public', true);

    @Injectable()
    class DenyingGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        return (
          this.reflector.getAllAndOverride<boolean>('app:public', [
            context.getHandler(),
            context.getClass(),
          ]) ?? false
        );
      }
    }

    @Catch()
    class EverythingFilter implements ExceptionFilter {
      catch(exception: unknown, host: ArgumentsHost): void {
        const status = exception instanceof HttpException ? exception.getStatus() : 500;
        host.switchToHttp().getResponse<Response>().status(status).json({ caught: true, status });
      }
    }

    @Injectable()
    class WrappingInterceptor implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
        return next.handle().pipe(map((data: unknown) => ({ data })));
      }
    }

    it('take the decorator that opens them for the app’s own guard', async () => {
      const parts = (extras: LogtoModuleExtras): Omit<TestAppParts, 'issuer'> => ({
        providers: [{ provide: APP_GUARD, useClass: DenyingGuard }],
        logto: extras,
      });

      expect((await (await started(parts({}))).browser().open('/logto/sign-in')).status).toBe(403);
      const app = await started(parts({ authRoutesDecorators: [Public()] }));
      const browser = app.browser();
      expect((await browser.signIn(issuer)).status).toBe(302);
      expect((await browser.open('/user')).status).toBe(403);
      expect((await browser.open('/logto/sign-out')).status).toBe(302);
      // Decorated for one app only.
      expect((await (await started(parts({}))).browser().open('/logto/sign-in')).status).toBe(403);
    });

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      ['useGlobalFilters', { configure: (nest) => nest.useGlobalFilters(new EverythingFilter()) }],
      ['APP_FILTER', { providers: [{ provide: APP_FILTER, useClass: EverythingFilter }] }],
    ])('send visitors on through a filter that catches everything, by %s', async (_, parts) => {
      const app = await started(parts);

      await expectRoundTrip(app);
      const api = await app.browser().fetch('/protected', { headers: { accept: 'application/json' } });
      expect([api.status, api.json()]).toEqual([401, { caught: true, status: 401 }]);
      // What went wrong at the routes themselves is still told to the person there.
      const failed = await app.browser().open('/logto/sign-in-callback?code=a&state=b');
      expect([failed.status, failed.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    });

    it('answer redirects, not data, through an interceptor that wraps everything', async () => {
      const app = await started({
        configure: (nest) => {
          nest.useGlobalInterceptors(new WrappingInterceptor());
          nest.useGlobalPipes(
            new ValidationPipe({ whitelist: true, transform: true, forbidNonWhitelisted: true }),
          );
        },
      });

      await expectRoundTrip(app, { greeting: '{"data":"hello ada"}' });
    });

    it('let the app say its errors in its own way, on its pages and on the routes', async () => {
      @Catch(LogtoException)
      class OwnFilter implements ExceptionFilter<LogtoException> {
        catch(exception: LogtoException, host: ArgumentsHost): void {
          host
            .switchToHttp()
            .getResponse<Response>()
            .status(exception.getStatus())
            .send(`our own words for ${exception.code}`);
        }
      }
      const app = await started({
        logto: { authRoutesDecorators: [UseFilters(OwnFilter)] },
        providers: [{ provide: APP_FILTER, useClass: OwnFilter }],
      });

      const refused = await app.browser().fetch('/protected');
      expect([refused.status, refused.text]).toEqual([401, 'our own words for not_authenticated']);
      const failed = await app.browser().open('/logto/sign-in-callback?code=a&state=b');
      expect([failed.status, failed.text]).toEqual([400, 'our own words for callback_invalid']);
    });

    it('let the app shape the page of errors by extending the filter', async () => {
      @Catch(LogtoException)
      class BrandedFilter extends LogtoExceptionFilter {
        protected override answer(exception: LogtoException, at: Request, response: Response): void {
          response.setHeader('x-brand', 'ours');
          super.answer(exception, at, response);
        }
      }
      const app = await started({ logto: { authRoutesDecorators: [UseFilters(BrandedFilter)] } });

      const failed = await app.browser().open('/logto/sign-in-callback?code=a&state=b');

      expect([failed.status, failed.headers.get('x-brand')]).toEqual([400, 'ours']);
      expect(failed.text).toContain('callback_invalid');
    });
  });

  it('answer errors with a page that may load and run nothing', async () => {
    const page = await (await started()).browser().open('/logto/sign-in-callback?code=a&state=b');

    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are not in the app’s OpenAPI document, and the user is no parameter there', async () => {
    const app = await started();

    const document = SwaggerModule.createDocument(app.app, new DocumentBuilder().build());

    expect(Object.keys(document.paths).filter((path) => path.includes('logto'))).toEqual([]);
    expect(document.paths['/user']?.get?.parameters).toEqual([]);
  });

  it.each([
    ['POST', '/logto/sign-in'],
    ['PUT', '/logto/sign-out'],
    ['DELETE', '/logto/sign-out'],
    ['POST', '/logto/sign-in-callback'],
    ['GET', '/logto'],
    ['GET', '/logto/back-channel-logout'],
  ])('are no others: %s %s', async (method, path) => {
    const app = await started();

    expect((await app.browser().fetch(path, { method })).status).toBe(404);
  });

  it('say that they need Express', async () => {
    const module = await Test.createTestingModule({
      imports: [LogtoModule.forRoot(logtoOptions(issuer.endpoint, 'http://localhost:3000'))],
    }).compile();
    class OtherAdapter extends ExpressAdapter {
      override getType(): string {
        return 'fastify';
      }
    }

    await expect(
      module.createNestApplication(new OtherAdapter(), { logger: leaks }).init(),
    ).rejects.toMatchObject({
      code: 'adapter_not_supported',
      message: expect.stringMatching(/@nestjs\/platform-express.*"fastify"/),
    });
  });
});
