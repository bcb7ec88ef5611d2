import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Scope, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoGuard,
  OptionalAuth,
  Public,
  RequireRoles,
  RequireScopes,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import { call, refusalOf, startApi } from './support/api.js';
import { accessTenant } from './support/access-tenant.js';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { resource } from '../support/logto/issuer.js';

@Controller()
class PagesController {
  @Get('closed')
  closed(): string {
    return 'closed';
  }

  @Get('open')
  @Public()
  open(@AuthUser() user: LogtoContext): string {
    return `open to ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AuthUser() user: LogtoContext): string {
    return `optional for ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Get('optional-role')
  @OptionalAuth()
  @RequireRoles('admin')
  optionalRole(@AuthUser() user: LogtoContext): string {
    return `role of ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Get('contradiction')
  @Public()
  @RequireRoles('admin')
  contradiction(): string {
    return 'contradiction';
  }
}

@Controller('public')
@Public()
class PublicController {
  @Get('open')
  open(): string {
    return 'open';
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AuthUser() user: LogtoContext): string {
    return `optional for ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Get('role')
  @RequireRoles('admin')
  role(): string {
    return 'role';
  }
}

@Controller('optional-class')
@OptionalAuth()
class OptionalController {
  @Get('inherited')
  inherited(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anonymous';
  }

  @Get('role')
  @RequireRoles('admin')
  role(): string {
    return 'role';
  }
}

@Controller('roles')
@RequireRoles('admin')
class RolesController {
  @Get('closed')
  closed(): string {
    return 'closed';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }
}

@Controller('inherited')
class InheritingController extends RolesController {
  @Get('own')
  own(): string {
    return 'own';
  }
}

@Controller('opened')
@Public()
class OpenedController extends RolesController {
  @Get('own')
  own(): string {
    return 'own';
  }
}

@Controller('contradicting-class')
@Public()
@RequireRoles('admin')
class ContradictionController {
  @Get()
  get(): string {
    return 'contradiction';
  }
}

const controllers = [
  PagesController,
  PublicController,
  OptionalController,
  RolesController,
  InheritingController,
  OpenedController,
  ContradictionController,
];

@Injectable({ scope: Scope.REQUEST })
class RequestScopedGuard extends LogtoGuard {}

describe('A guard that is installed globally', () => {
  const tenant = accessTenant();

  const start = async (parts: Partial<TestAppParts>): Promise<TestApp> =>
    await startApp({
      issuer: tenant.issuer,
      controllers,
      ...parts,
      logto: { scopes: [UserScope.Roles], ...parts.logto },
    });

  const statuses = async (browser: Browser, paths: string[]): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const path of paths) found[path] = (await browser.fetch(path)).status;
    return found;
  };

  it.each<[string, Partial<TestAppParts>]>([
    ['by APP_GUARD', { providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] }],
    [
      'by APP_GUARD with the existing instance',
      { providers: [{ provide: APP_GUARD, useExisting: LogtoGuard }] },
    ],
    ['by APP_GUARD in request scope', { providers: [{ provide: APP_GUARD, useClass: RequestScopedGuard }] }],
    ['by app.useGlobalGuards', { configure: (app) => app.useGlobalGuards(app.get(LogtoGuard)) }],
  ])('%s protects every route that is not decorated otherwise, except sign-in', async (_, parts) => {
    const app = await start(parts);
    const browser = app.browser();

    expect(await statuses(browser, ['/closed', '/open', '/optional', '/nowhere'])).toEqual({
      '/closed': 401,
      '/open': 200,
      '/optional': 200,
      '/nowhere': 404,
    });
    expect((await browser.open('/closed')).status).toBe(302);
    expect((await browser.signIn(tenant.issuer, 'ada')).status).toBe(302);
    expect((await browser.fetch('/closed')).text).toBe('closed');
  });

  describe('with decorated routes', () => {
    let app: TestApp;
    let [anonymous, ada, bob]: Browser[] = [];

    async function startGuarded(): Promise<void> {
      app = await start({ providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] });
      [anonymous, ada, bob] = [app.browser(), app.browser(), app.browser()];
      await ada.signIn(tenant.issuer, 'ada');
      await bob.signIn(tenant.issuer, 'bob');
    }

    it('gives handlers the user on public and optional routes too', async () => {
      await startGuarded();
      expect((await ada?.fetch('/open'))?.text).toBe('open to ada');
      expect((await anonymous?.fetch('/open'))?.text).toBe('open to anonymous');
      expect((await ada?.fetch('/optional'))?.text).toBe('optional for ada');
      expect((await anonymous?.fetch('/optional'))?.text).toBe('optional for anonymous');
    });

    it('follows the nearest decorator (handler, class, base class), and adds up requirements', async () => {
      await startGuarded();
      const all = {
        '/optional-role': [200, 200, 403],
        '/public/open': [200, 200, 200],
        '/public/optional': [200, 200, 200],
        '/public/role': [401, 200, 403],
        '/optional-class/inherited': [200, 200, 200],
        '/optional-class/role': [401, 200, 403],
        '/roles/closed': [401, 200, 403],
        '/roles/open': [200, 200, 200],
        '/inherited/own': [401, 200, 403],
        '/inherited/closed': [401, 200, 403],
        '/inherited/open': [200, 200, 200],
        '/opened/own': [200, 200, 200],
        '/opened/closed': [200, 200, 200],
      };
      const found: Record<string, (number | undefined)[]> = {};
      for (const path of Object.keys(all)) {
        found[path] = [];
        for (const browser of [anonymous, ada, bob]) found[path].push((await browser?.fetch(path))?.status);
      }
      expect(found).toEqual(all);
    });

    it('protects a handler or class that is public and has a requirement', async () => {
      await startGuarded();
      for (const path of ['/contradiction', '/contradicting-class']) {
        expect((await anonymous?.fetch(path))?.status).toBe(401);
        expect((await bob?.fetch(path))?.status).toBe(403);
        expect((await ada?.fetch(path))?.status).toBe(200);
      }
    });
  });

  it('for bearer tokens opens public routes, and rejects invalid tokens on optional routes', async () => {
    @Controller()
    class ThingsController {
      @Get('closed')
      closed(): string {
        return 'closed';
      }

      @Get('open')
      @Public()
      open(@AuthUser() user: LogtoContext): boolean {
        return user.isAuthenticated;
      }

      @Get('optional')
      @OptionalAuth()
      optional(@AuthUser() user: LogtoContext): string {
        return user.claims?.sub ?? 'anonymous';
      }

      @Get('optional-scope')
      @OptionalAuth()
      @RequireScopes('write:everything')
      scope(@AuthUser() user: LogtoContext): string {
        return user.claims?.sub ?? 'anonymous';
      }
    }
    const token = await tenant.tokens.ofUser('ada', { resource });
    const api = await startApi({
      issuer: tenant.issuer,
      controllers: [ThingsController],
      providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
    });

    expect((await call(api, '/closed')).status).toBe(401);
    expect((await call(api, '/closed', token)).status).toBe(200);
    expect((await call(api, '/open', 'not-a-token')).text).toBe('false');
    expect((await call(api, '/optional')).text).toBe('anonymous');
    expect((await call(api, '/optional', token)).text).toBe('ada');
    expect(refusalOf(await call(api, '/optional', 'not-a-token'))).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
    expect((await call(api, '/optional-scope')).text).toBe('anonymous');
    expect((await call(api, '/optional-scope', token)).status).toBe(403);
  });

  it('for sessions works next to an API in the same app, whose routes accept bearer tokens', async () => {
    @Controller('api')
    @UseGuards(LogtoApiGuard)
    @WithLogto({ accept: ['bearer'] })
    class ApiController {
      @Get()
      who(@AuthUser('claims') claims: { sub: string }): string {
        return claims.sub;
      }
    }
    const token = await tenant.tokens.ofUser('bob', { resource });
    const app = await start({
      controllers: [PagesController, ApiController],
      providers: [{ provide: APP_GUARD, useClass: LogtoGuard }],
      logto: { api: { audience: resource } },
    });
    const ada = app.browser();
    await ada.signIn(tenant.issuer, 'ada');

    expect((await call(app, '/api', token)).text).toBe('bob');
    expect((await ada.fetch('/api')).status).toBe(401);
    expect((await ada.fetch('/closed')).text).toBe('closed');
  });
});
