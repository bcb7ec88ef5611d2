import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import {
  AuthUser,
  IdTokenClaims,
  LogtoApiGuard,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  OptionalAuth,
  Public,
  RequireRoles,
  UserInfoResponse,
  UserScope,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app/app.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource, startIssuer } from '../support/logto/issuer.js';

@Controller()
class VisitorsController {
  constructor(private readonly logto: LogtoService) {}

  @Post('api')
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  @RequireRoles('unknown')
  api(@AuthUser() user: LogtoContext, @Req() request: Request): unknown[] {
    return [user, request.user];
  }

  @Get('admins')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  admins(): string {
    return 'admins';
  }

  @Get('user')
  @UseGuards(LogtoGuard)
  user(@AuthUser('claims') claims: IdTokenClaims): IdTokenClaims {
    return claims;
  }

  @Get('promote')
  @UseGuards(LogtoGuard)
  async promote(@AuthUser('claims') claims: IdTokenClaims, @Req() request: Request): Promise<string> {
    for (const own of [claims, await this.logto.getIdTokenClaims(request)]) {
      own.roles?.push('admin');
      own.name = 'Somebody else';
    }
    return 'promoted';
  }

  @Get('promote/info')
  @UseGuards(LogtoGuard)
  @RequireRoles('guest')
  async promoteInfo(@Req() request: Request): Promise<UserInfoResponse> {
    const info = await this.logto.fetchUserInfo(request);
    info.roles?.push('admin');
    return info;
  }
}

@Public()
@Controller('shop')
class ShopController {
  @Get()
  shelf(): string {
    return 'shelf';
  }

  @Get('till')
  @UseGuards(LogtoGuard)
  till(): string {
    return 'till';
  }
}

@UseGuards(LogtoGuard)
@Controller('backroom')
class BackroomController extends ShopController {}

const start = (issuer: LogtoEmulator, logto = {}): Promise<TestApp> =>
  startApp({
    issuer,
    controllers: [VisitorsController, ShopController, BackroomController],
    logto: { scopes: [UserScope.Roles], api: { audience: resource }, ...logto },
  });

describe('Guards', () => {
  afterEach(() => restoreTime());

  describe('with roles in ID tokens', () => {
    let issuer: LogtoEmulator;

    beforeAll(async () => {
      issuer = await startIssuer({
        users: [{ id: 'ada', username: 'ada', password: 'ada-password', name: 'Ada', roles: [] }],
      });
    });

    it('ignore a session where an optional route accepts only bearer tokens', async () => {
      const browser = await (await start(issuer)).signedInBrowser(issuer);
      const crossSite = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const anonymous = { isAuthenticated: false };

      expect((await browser.post('/api', crossSite)).json()).toEqual([anonymous, anonymous]);
    });

    it('protect a handler with its own guard in a class with @Public()', async () => {
      const app = await start(issuer);

      expect((await app.browser().fetch('/shop')).status).toBe(200);
      expect((await app.browser().fetch('/shop/till')).status).toBe(401);
      expect((await app.browser().fetch('/backroom')).status).toBe(401);
    });

    it('decide by Logto’s claims after a handler has changed its user', async () => {
      const browser = await (await start(issuer)).signedInBrowser(issuer);

      expect((await browser.fetch('/promote')).text).toBe('promoted');
      expect((await browser.fetch('/admins')).status).toBe(403);
      expect((await browser.fetch('/user')).json()).toMatchObject({ name: 'Ada', roles: [] });
    });
  });

  describe('with roles only in userinfo', () => {
    let issuer: LogtoEmulator;

    beforeAll(async () => {
      issuer = await startIssuer({
        idTokenClaims: { roles: false },
        users: [{ id: 'ada', username: 'ada', password: 'ada-password', roles: ['guest'] }],
        roles: [{ name: 'admin' }, { name: 'guest' }],
      });
    });

    it('decide by Logto’s claims after a handler has changed its user info', async () => {
      const browser = await (await start(issuer)).signedInBrowser(issuer);

      expect((await browser.fetch('/promote/info')).json()).toMatchObject({ roles: ['guest', 'admin'] });
      expect((await browser.fetch('/admins')).status).toBe(403);
    });

    it('notice a demotion within revalidateAfter, even with a longer userInfoTtl', async () => {
      issuer.updateUser('ada', { roles: ['admin'] });
      const app = await start(issuer, { userInfoTtl: 24 * 3600, revalidateAfter: 60 });
      const browser = await app.signedInBrowser(issuer);
      expect((await browser.fetch('/admins')).status).toBe(200);

      issuer.updateUser('ada', { roles: [] });
      passTime(61);
      expect((await browser.fetch('/admins')).status).toBe(403);
    });
  });
});
