import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Req,
  UseGuards,
  UseInterceptors,
  applyDecorators,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestInterceptor,
} from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AuthUser, UserInfoResponse, WithLogto } from 'nestjs-logto';
import { tap, type Observable } from 'rxjs';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';

/** The users that middleware, guard and interceptor have found on the request. */
const seen: Record<string, unknown> = {};

@Injectable()
class RecordingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.guard = context.switchToHttp().getRequest<Request>().user?.claims?.sub;
    return true;
  }
}

@Injectable()
class RecordingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    seen.interceptor = [request.user?.isAuthenticated, Object.keys(request.user ?? {})];
    return next.handle().pipe(tap(() => (seen.after = request.user?.isAuthenticated)));
  }
}

@Controller('seen')
@UseGuards(RecordingGuard)
@UseInterceptors(RecordingInterceptor)
class RecordedController {
  @Get()
  @WithLogto({ fetchUserInfo: true })
  see(@Req() request: Request): unknown {
    return request.user;
  }
}

@Module({ controllers: [RecordedController] })
class RecordedModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((request: Request, _response: Response, next: NextFunction) => {
        seen.middleware = request.user?.claims?.sub;
        next();
      })
      .forRoutes('{*path}');
  }
}

let issuer: LogtoEmulator;

beforeAll(async () => {
  issuer = await startIssuer();
});

describe('req.user', () => {
  it('has the claims from the first middleware on, and the whole context for interceptors and handlers', async () => {
    const app = await startApp({ issuer, imports: [RecordedModule] });
    const browser = app.browser();
    await browser.signIn(issuer);

    expect((await browser.fetch('/seen')).json()).toMatchObject({
      isAuthenticated: true,
      claims: { sub: 'ada' },
      userInfo: { sub: 'ada' },
    });
    expect(seen).toMatchObject({
      middleware: 'ada',
      guard: 'ada',
      interceptor: [true, expect.arrayContaining(['isAuthenticated', 'claims'])],
      after: true,
    });

    expect((await app.browser().fetch('/seen')).json()).toEqual({ isAuthenticated: false });
    expect(seen).toMatchObject({
      middleware: undefined,
      guard: undefined,
      interceptor: [false, ['isAuthenticated']],
    });
  });

  it.each([['the whole app'], ['the class'], ['the handler']])(
    'has what @WithLogto asks for before an interceptor of %s runs',
    async (place) => {
      const nothing = applyDecorators();
      @Controller('info')
      @(place === 'the class' ? UseInterceptors(RecordingInterceptor) : nothing)
      class InfoController {
        @Get()
        @WithLogto({ fetchUserInfo: true })
        @(place === 'the handler' ? UseInterceptors(RecordingInterceptor) : nothing)
        info(@AuthUser('userInfo') userInfo: UserInfoResponse): UserInfoResponse {
          return userInfo;
        }
      }
      const app = await startApp({
        issuer,
        controllers: [InfoController],
        configure: (nest) => {
          if (place === 'the whole app') nest.useGlobalInterceptors(new RecordingInterceptor());
        },
      });
      const browser = app.browser();
      await browser.signIn(issuer);

      expect((await browser.fetch('/info')).json()).toMatchObject({ sub: 'ada' });
      expect(seen.interceptor).toEqual([true, expect.arrayContaining(['userInfo'])]);
    },
  );
});
