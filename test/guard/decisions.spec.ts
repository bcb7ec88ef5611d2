import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Injectable, UseGuards, type ExecutionContext } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { MemoryStore } from 'express-session';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoGuard,
  OptionalAuth,
  RequireRoles,
  RequireScopes,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { tokenOptions } from '../support/app/token-app.js';
import { startAccessIssuer } from './support/real-tokens.js';
import { closeLater } from '../support/runner/leftovers.js';

@Controller()
class PagesController {
  @Get('who')
  @UseGuards(LogtoGuard)
  who(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anonymous';
  }

  @Get('shared')
  @UseGuards(LogtoGuard)
  @Header('Cache-Control', 'public, max-age=5')
  shared(): string {
    return 'shared';
  }

  @Get('write')
  @UseGuards(LogtoGuard)
  @RequireScopes('write:things', { resource })
  write(): string {
    return 'written';
  }

  @Get('admins')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  admins(): string {
    return 'admins';
  }

  @Get('home')
  @UseGuards(LogtoGuard)
  @OptionalAuth()
  @WithLogto({ fetchUserInfo: true })
  home(@AuthUser() user: LogtoContext): string {
    return `hello ${user.userInfo?.sub ?? 'stranger'}`;
  }

  @Get('info')
  @WithLogto({ fetchUserInfo: true })
  info(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }
}

@UseGuards(LogtoGuard)
@WithLogto({ accept: ['bearer'] })
class ApiBase {}

@Controller('reports')
@WithLogto({ unauthenticated: 'reject' })
class ReportsController extends ApiBase {
  @Get()
  get(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anonymous';
  }
}

@Controller('stacked')
@UseGuards(LogtoGuard)
class StackedController {
  @Get()
  @WithLogto({ unauthenticated: 'reject' })
  @WithLogto({ accept: ['bearer'] })
  get(): string {
    return 'stacked';
  }
}

@Injectable()
class LenientGuard extends LogtoApiGuard {
  protected override handleDenial(_context: ExecutionContext, _error: unknown): boolean {
    return true;
  }
}

@Controller('lenient')
@UseGuards(LenientGuard)
class LenientController {
  @Get()
  get(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anonymous';
  }
}

describe('An authorization decision', () => {
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  afterEach(() => {
    restoreTime();
    issuer.clearFaults();
  });

  const start = async (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    await startApp({ issuer, controllers: [PagesController], ...parts });

  async function signedIn(app: TestApp, at = issuer, username = 'ada'): Promise<Browser> {
    const browser = app.browser();
    await browser.signIn(at, username);
    return browser;
  }

  describe('in apps that share a store, a secret and a cookie name', () => {
    it.each([
      [
        'tenant',
        () => startIssuer({ users: [{ id: 'zoe', username: 'zoe', password: 'zoe-password' }] }),
        {},
      ],
      [
        'application',
        () => startIssuer({ applications: [{ id: 'other', secret: 'the-secret-of-the-other-application' }] }),
        { appId: 'other', appSecret: 'the-secret-of-the-other-application' },
      ],
    ])('does not accept the session of another %s', async (_, startOther, credentials) => {
      const shared = { ...session, name: 'shared.sid', store: new MemoryStore() };
      const parts = { logto: { session: shared, ...credentials } };
      const customers = await start({ logto: { session: parts.logto.session } });
      const admins = await start({ ...parts, issuer: closeLater(await startOther()) });
      const ada = await signedIn(customers);

      expect((await ada.fetch(`${admins.baseUrl}/who`)).status).toBe(401);
      expect((await ada.fetch(`${customers.baseUrl}/who`)).text).toBe('ada');
    });
  });

  it.each(['/reports', '/stacked'])(
    'applies every @WithLogto, whether stacked or on a base class: %s',
    async (path) => {
      const app = await start({
        controllers: [ReportsController, StackedController],
        logto: { api: { audience: resource } },
      });
      const ada = await signedIn(app);

      // A navigation would be redirected without `unauthenticated: 'reject'`.
      expect((await ada.open(path)).status).toBe(401);
    },
  );

  it('uses old user info while Logto fails, and retries every 30 seconds at most', async () => {
    const at = await startIssuer({ idTokenClaims: { roles: false } });
    const app = await start({ issuer: at, logto: { scopes: [UserScope.Roles], revalidateAfter: 60 } });
    const ada = await signedIn(app, at);
    expect((await ada.fetch('/admins')).status).toBe(200);
    await at.pause();
    passTime(61);

    expect((await ada.fetch('/admins')).status).toBe(200);
    await at.resume();
    at.updateUser('ada', { roles: [] });
    expect((await ada.fetch('/admins')).status).toBe(200);
    passTime(31);
    expect((await ada.fetch('/admins')).status).toBe(403);
  });

  describe('on scopes', () => {
    const scopes = [...(tokenOptions.scopes ?? []), 'write:things'];

    it('changes within `revalidateAfter` after a permission is revoked', async () => {
      const at = await startAccessIssuer();
      const app = await start({ issuer: at, logto: { ...tokenOptions, scopes, revalidateAfter: 60 } });
      const ada = await signedIn(app, at);
      expect((await ada.fetch('/write')).status).toBe(200);

      at.updateUser('ada', { roles: [] });
      passTime(59);
      expect((await ada.fetch('/write')).status).toBe(200);
      passTime(2);
      expect((await ada.fetch('/write')).status).toBe(403);
    });

    it('uses an old token while Logto fails', async () => {
      const app = await start({ logto: { ...tokenOptions, scopes, revalidateAfter: 60 } });
      const ada = await signedIn(app);
      expect((await ada.fetch('/write')).status).toBe(200);
      passTime(61);
      issuer.failNext('token', { status: 500 });
      issuer.failNext('token', { status: 500 });

      expect((await ada.fetch('/write')).status).toBe(200);
    });

    it('sends no more requests to Logto when `revalidateAfter` is false', async () => {
      const app = await start({ logto: { ...tokenOptions, scopes, revalidateAfter: false } });
      const ada = await signedIn(app);
      expect((await ada.fetch('/write')).status).toBe(200);
      issuer.resetRequests();
      passTime(1000);

      expect((await ada.fetch('/write')).status).toBe(200);
      expect(issuer.countRequests('token')).toBe(0);
    });
  });

  it('treats the request as anonymous on an optional route once Logto has ended the sign-in', async () => {
    const app = await start();
    const bob = await signedIn(app, issuer, 'bob');
    issuer.revokeGrants('bob');

    expect((await bob.open('/home')).text).toBe('hello stranger');
    expect((await bob.open('/home')).text).toBe('hello stranger');
  });

  it('fails with 503 while the session store is down, if the handler needs userinfo', async () => {
    const store = new MemorySessionStore();
    const app = await start({ logto: { session: { ...session, store } } });
    const ada = await signedIn(app);
    store.emit('disconnect');

    expect((await ada.fetch('/info')).status).toBe(503);
    store.emit('connect');
    expect((await ada.fetch('/info')).json()).toMatchObject({ userInfo: { sub: 'ada' } });
  });

  it('does not fall back to the session when a custom guard allows a bad bearer token', async () => {
    const app = await start({ controllers: [LenientController], logto: { api: { audience: resource } } });
    const ada = await signedIn(app);

    expect((await ada.fetch('/lenient', { headers: { authorization: 'Bearer bad' } })).text).toBe(
      'anonymous',
    );
  });

  it('keeps the response out of shared caches, unless the handler itself sets Cache-Control', async () => {
    const app = await start({
      configure: (nest) =>
        nest.use((_request: Request, response: Response, next: NextFunction) => {
          response.setHeader('Cache-Control', 'public, max-age=60');
          next();
        }),
    });
    const ada = await signedIn(app);

    expect((await ada.fetch('/who')).headers.get('cache-control')).toBe('private, no-store');
    expect((await ada.fetch('/shared')).headers.get('cache-control')).toBe('public, max-age=5');
  });
});
