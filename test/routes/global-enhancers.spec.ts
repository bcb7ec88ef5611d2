import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  HttpException,
  Injectable,
  SetMetadata,
  UseFilters,
  ValidationPipe,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { LogtoException, LogtoExceptionFilter, type LogtoModuleExtras } from 'nestjs-logto';
import { map, type Observable } from 'rxjs';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { expectRoundTrip } from '../support/requests/expect-round-trip.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

const Public = (): ClassDecorator => SetMetadata('app:public', true);

/** Refuses every request to a handler without `@Public()`. */
@Injectable()
class DenyingGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean>('app:public', targets) ?? false;
  }
}

@Catch()
class CatchAllFilter implements ExceptionFilter {
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

/** A callback that cannot be valid. */
const invalidCallback = '/logto/sign-in-callback?code=a&state=b';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts>): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

describe('The routes', () => {
  it('are opened for the app’s own global guard by authRoutesDecorators', async () => {
    const startGuarded = (logto: LogtoModuleExtras): Promise<TestApp> =>
      start({ providers: [{ provide: APP_GUARD, useClass: DenyingGuard }], logto });

    expect((await (await startGuarded({})).browser().open('/logto/sign-in')).status).toBe(403);
    const browser = (await startGuarded({ authRoutesDecorators: [Public()] })).browser();
    expect((await browser.signIn(issuer)).status).toBe(302);
    expect((await browser.open('/user')).status).toBe(403);
    expect((await browser.open('/logto/sign-out')).status).toBe(302);
    // The decorator applies to one app only.
    expect((await (await startGuarded({})).browser().open('/logto/sign-in')).status).toBe(403);
  });

  it.each<[string, Partial<TestAppParts>]>([
    ['useGlobalFilters', { configure: (nest) => nest.useGlobalFilters(new CatchAllFilter()) }],
    ['APP_FILTER', { providers: [{ provide: APP_FILTER, useClass: CatchAllFilter }] }],
  ])('work with a catch-all filter from %s', async (_, parts) => {
    const app = await start(parts);

    await expectRoundTrip(issuer, { origin: app.baseUrl });
    const api = await app.browser().fetch('/protected', { headers: { accept: 'application/json' } });
    expect([api.status, api.json()]).toEqual([401, { caught: true, status: 401 }]);
    // Errors of the routes themselves keep their page.
    const failed = await app.browser().open(invalidCallback);
    expect([failed.status, failed.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
  });

  it('redirect even with an interceptor that wraps every response', async () => {
    const app = await start({
      configure: (nest) => {
        nest.useGlobalInterceptors(new WrappingInterceptor());
        nest.useGlobalPipes(
          new ValidationPipe({ whitelist: true, transform: true, forbidNonWhitelisted: true }),
        );
      },
    });

    await expectRoundTrip(issuer, { origin: app.baseUrl, greeting: '{"data":"hello ada"}' });
  });

  it('and the pages answer errors with a filter of the app', async () => {
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
    const app = await start({
      logto: { authRoutesDecorators: [UseFilters(OwnFilter)] },
      providers: [{ provide: APP_FILTER, useClass: OwnFilter }],
    });

    const refused = await app.browser().fetch('/protected');
    expect([refused.status, refused.text]).toEqual([401, 'our own words for not_authenticated']);
    const failed = await app.browser().open(invalidCallback);
    expect([failed.status, failed.text]).toEqual([400, 'our own words for callback_invalid']);
  });

  it('answer errors with a subclass of LogtoExceptionFilter', async () => {
    @Catch(LogtoException)
    class BrandedFilter extends LogtoExceptionFilter {
      protected override respond(exception: LogtoException, request: Request, response: Response): void {
        response.setHeader('x-brand', 'ours');
        super.respond(exception, request, response);
      }
    }
    const app = await start({ logto: { authRoutesDecorators: [UseFilters(BrandedFilter)] } });

    const failed = await app.browser().open(invalidCallback);

    expect([failed.status, failed.headers.get('x-brand')]).toEqual([400, 'ours']);
    expect(failed.text).toContain('callback_invalid');
  });
});
