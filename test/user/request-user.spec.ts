import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import cookieParser from 'cookie-parser';
import type { NextFunction, Request, Response } from 'express';
import expressSession from 'express-session';
import { AuthUser, LogtoContext, UserInfoResponse, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';

/** Records the user that a guard of the app finds on the request. */
class RecordingGuard implements CanActivate {
  canActivate(host: ExecutionContext): boolean {
    const request = host.switchToHttp().getRequest<Request & { seen?: unknown }>();
    request.seen = request.user ?? 'anonymous';
    return true;
  }
}

@Controller()
class UsersController {
  @Get('decorated')
  decorated(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('raw')
  raw(@Req() request: Request): { user: unknown } {
    return { user: request.user };
  }

  @Get('guarded')
  @UseGuards(RecordingGuard)
  guarded(@Req() request: Request & { seen: unknown }): { guard: unknown; handler: unknown } {
    return { guard: request.seen, handler: request.user };
  }
}

@Controller('informed')
@WithLogto({ fetchUserInfo: true })
class InformedController {
  @Get()
  informed(@AuthUser('userInfo') userInfo: UserInfoResponse, @Req() request: Request): unknown {
    return { custom: userInfo.custom_data, same: request.user?.userInfo === userInfo };
  }

  @Get('not')
  @WithLogto({ fetchUserInfo: false })
  not(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }
}

/** Imports nothing: the module is global. */
@Module({ controllers: [InformedController] })
class InformedModule {}

let issuer: LogtoEmulator;

beforeAll(async () => {
  issuer = await startIssuer();
});

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({
    issuer,
    controllers: [UsersController],
    imports: [InformedModule],
    ...parts,
    logto: { scopes: ['custom_data'], ...parts.logto },
  });

describe("The request's user", () => {
  const kinds: [string, Partial<TestAppParts>][] = [
    ['a session that the module mounts', {}],
    [
      "the app's own session",
      {
        logto: { session: undefined, cookieSecret: 'the-cookie-secret-of-the-specs' },
        configure: (app) =>
          app.use(
            cookieParser(),
            expressSession({ ...session, resave: false, saveUninitialized: false }) as never,
          ),
      },
    ],
  ];

  describe.each(kinds)('with %s', (_kind, parts) => {
    let app: TestApp;

    beforeAll(async () => {
      app = await start(parts);
    });

    it('is undefined for guards and not authenticated for handlers if the request is anonymous', async () => {
      const browser = app.browser();

      expect((await browser.fetch('/decorated')).json()).toEqual({ isAuthenticated: false });
      expect((await browser.fetch('/raw')).json()).toEqual({ user: { isAuthenticated: false } });
      expect((await browser.fetch('/guarded')).json()).toEqual({
        guard: 'anonymous',
        handler: { isAuthenticated: false },
      });
    });

    it('is the signed-in user, even without a guard of this library', async () => {
      const browser = app.browser();
      await browser.signIn(issuer);

      const ada = { isAuthenticated: true, claims: expect.objectContaining({ sub: 'ada' }) };
      expect((await browser.fetch('/decorated')).json()).toEqual(ada);
      expect((await browser.fetch('/raw')).json()).toEqual({ user: ada });
      expect((await browser.fetch('/guarded')).json()).toEqual({ guard: ada, handler: ada });
    });

    it('has refreshed claims for guards and handlers once the claims are too old', async () => {
      const browser = app.browser();
      await browser.signIn(issuer);
      issuer.updateUser('ada', { name: 'Ada King' });
      try {
        passTime(3601);
        const { guard } = (await browser.fetch('/guarded')).json<{ guard: LogtoContext }>();
        expect(guard.claims?.name).toBe('Ada King');
      } finally {
        restoreTime();
        issuer.updateUser('ada', { name: 'Ada Lovelace' });
      }
    });

    it('has what @WithLogto on the class asks for, unless the handler overrides it', async () => {
      const browser = app.browser();
      await browser.signIn(issuer);

      expect((await browser.fetch('/informed')).json()).toEqual({ custom: { plan: 'pro' }, same: true });
      expect((await browser.fetch('/informed/not')).json()).not.toHaveProperty('userInfo');
    });
  });

  it('has what the options of the module ask for on every route', async () => {
    const app = await start({ logto: { fetchUserInfo: true } });
    const browser = app.browser();
    await browser.signIn(issuer);

    expect((await browser.fetch('/decorated')).json()).toMatchObject({
      userInfo: { custom_data: { plan: 'pro' } },
    });
    expect((await browser.fetch('/raw')).json()).toMatchObject({
      user: { userInfo: { custom_data: { plan: 'pro' } } },
    });
    expect((await browser.fetch('/informed/not')).json()).not.toHaveProperty('userInfo');
  });

  it('is left as another library has set it, even if the user is signed in', async () => {
    const app = await start({
      configure: (nest) =>
        nest.use((request: Request, _response: Response, next: NextFunction) => {
          request.user = { id: 'of another library' } as unknown as Express.User;
          next();
        }),
    });
    const browser = app.browser();
    await browser.signIn(issuer);

    expect((await browser.fetch('/raw')).json()).toEqual({ user: { id: 'of another library' } });
    expect((await browser.fetch('/decorated')).json()).toMatchObject({ claims: { sub: 'ada' } });
  });

  it('is not set for an anonymous request where Passport would take any object for a user', async () => {
    const app = await start({
      configure: (nest) =>
        nest.use((request: Request, _response: Response, next: NextFunction) => {
          Object.assign(request, { logIn: () => undefined });
          next();
        }),
    });

    expect((await app.browser().fetch('/raw')).json()).toEqual({});
    expect((await app.browser().fetch('/decorated')).json()).toEqual({ isAuthenticated: false });
  });
});
