import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Post,
  VersioningType,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import session from 'express-session';
import { LogtoModule, type LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { startIssuer } from '../support/issuer.js';
import { watchLogs } from '../support/options.js';
import { PagesController } from '../support/pages.js';

/** An API without sign-in. */
const bearerOnly = (endpoint: string): DynamicModule =>
  LogtoModule.forRoot({ endpoint, api: { audience: 'https://api' }, authRoutes: false });

describe('The module at start', () => {
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

  async function expectSignInWorks(app: TestApp): Promise<void> {
    const browser = app.browser();
    expect((await browser.signIn(issuer)).status).toBe(302);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  }

  it('logs the exact addresses to register at Logto', async () => {
    const logs = watchLogs();
    const app = await started({
      logto: { authRoutesPrefix: 'auth', postSignOutRedirectUri: 'https://www.example.com/bye' },
    });

    const line = logs().find((text) => text.includes('Register'));
    expect(line).toContain(issuer.endpoint);
    expect(line).toContain('application app');
    expect(line).toMatch(new RegExp(`redirect URI +${app.baseUrl}/auth/sign-in-callback\\n`));
    expect(line).toMatch(/post sign-out URI +https:\/\/www\.example\.com\/bye\n/);
    expect(line).toMatch(new RegExp(`back-channel logout +${app.baseUrl}/auth/back-channel-logout`));
  });

  describe('of an app that writes the routes itself', () => {
    @Controller('auth')
    class OwnController {
      @Get('sign-in')
      signIn(): string {
        return 'the sign-in';
      }
    }
    @Controller('auth')
    class PostController {
      @Post('sign-in')
      signIn(): string {
        return 'a form that was sent';
      }
    }

    it('logs what is still to be registered', async () => {
      const logs = watchLogs();
      const app = await started({
        controllers: [OwnController],
        logto: { authRoutes: false, authRoutesPrefix: 'auth' },
      });

      const line = logs().find((text) => text.includes('Register'));
      expect(line).toMatch(/redirect URI +each `redirectUri` that you give to signIn\(\), else http/);
      expect(line).toContain(`${app.baseUrl}/auth/sign-in-callback\n`);
      expect(line).toMatch(new RegExp(`post sign-out URI +${app.baseUrl}\\n`));
      expect(line).toMatch(/back-channel logout +where you call handleBackChannelLogout\(\)/);
    });

    const warnings = (logs: () => string[]): string[] => logs().filter((text) => text.includes('LogtoGuard'));

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      ['at the default prefix', { logto: { authRoutes: false } }],
      ['to a GET', { controllers: [PostController], logto: { authRoutes: false, authRoutesPrefix: 'auth' } }],
      [
        'in this version of the app',
        {
          controllers: [OwnController],
          logto: { authRoutes: false, authRoutesPrefix: 'auth' },
          configure: (nest) => nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
        },
      ],
    ])('warns that nothing answers where the guard sends people: %s', async (_, parts) => {
      const logs = watchLogs();
      await started({ controllers: [OwnController], ...parts });

      const prefix = parts.logto?.authRoutesPrefix ?? 'logto';
      expect(warnings(logs)).toEqual([
        expect.stringMatching(
          new RegExp(
            `to /${prefix}/sign-in, .*write that route.*authRoutesPrefix.*unauthenticated: 'reject'`,
          ),
        ),
      ]);
    });

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      ['there is such a route', { logto: { authRoutes: false, authRoutesPrefix: 'auth' } }],
      [
        'there is one for every method, and a global prefix',
        {
          controllers: [],
          logto: { authRoutes: false },
          configure: (nest) => {
            nest.setGlobalPrefix('api');
            nest.getHttpAdapter().all('/logto/sign-in', () => undefined);
          },
        },
      ],
      ['the guard sends nobody', { logto: { authRoutes: false, unauthenticated: 'reject' } }],
      ['nobody can sign in', { register: ({ endpoint }) => bearerOnly(endpoint) }],
    ])('has nothing to warn of where %s', async (_, parts) => {
      const logs = watchLogs();
      await started({ controllers: [OwnController], ...parts });

      expect(warnings(logs)).toEqual([]);
    });
  });

  it('remarks once on a session cookie that lives as briefly as the seed’s, which mistook its unit', async () => {
    const logs = watchLogs();
    const app = await started({
      logto: { session: { secret: 'a-session-secret', cookie: { maxAge: 14 * 24 * 60 * 60 } } },
    });
    await expectSignInWorks(app);

    expect(logs().filter((text) => text.includes('milliseconds'))).toEqual([
      expect.stringMatching(/lives 20 minutes.*14 \* 24 \* 60 \* 60 \* 1000/),
    ]);
  });

  it.each<[Partial<LogtoModuleOptions>, RegExp]>([
    [
      { session: { secret: 'a-secret-of-the-session' } },
      /`appId` and `baseUrl` are missing.*`session` does nothing/,
    ],
    [
      { scopes: ['email'], lifetime: { idle: 60 }, prompt: 'login' },
      /`scopes`, `prompt`, and `lifetime` do nothing.*LOGTO_APP_ID and LOGTO_BASE_URL/,
    ],
    [
      {
        appId: 'app',
        appSecret: 'the-secret-of-the-application',
        api: { audience: 'https://api', introspection: { clientIds: ['a'] } },
        resources: ['https://api'],
      },
      /Nobody can sign in: `baseUrl` is missing.*`resources` does nothing/,
    ],
  ])('warns that nobody can sign in where only %j hints at it', async (options, remark) => {
    const logs = watchLogs();
    const api = { endpoint: issuer.endpoint, api: { audience: 'https://api' }, ...options };
    const app = await started({ register: () => LogtoModule.forRoot(api) });

    expect(logs().filter((text) => text.includes('Nobody can sign in'))).toEqual([
      expect.stringMatching(remark),
    ]);
    expect((await app.browser().open('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['only takes bearer tokens', {}],
    ['has empty lists', { scopes: [], resources: [] }],
  ])('has nothing to say of signing in to an API that %s', async (_, options) => {
    const logs = watchLogs();
    const api = { endpoint: issuer.endpoint, api: { audience: 'https://api' }, ...options };
    await started({ register: () => LogtoModule.forRoot(api) });

    expect(logs().join()).not.toMatch(/sign in/);
  });

  it('has nothing to remark on otherwise', async () => {
    const logs = watchLogs();
    await expectSignInWorks(await started());

    expect(logs().filter((text) => text.includes('session cookie'))).toEqual([]);
  });

  it.each<[string, Partial<LogtoModuleOptions>, RegExp]>([
    [
      'the scope of organizations by its short name',
      { scopes: ['organizations'] },
      /"organizations".*"urn:logto:scope:organizations"/,
    ],
    ['that of their roles', { scopes: ['organization_roles'] }, /"urn:logto:scope:organization_roles"/],
    ['that of sessions', { scopes: ['sessions'] }, /"urn:logto:scope:sessions"/],
    ['a scope in another spelling', { scopes: ['customData'] }, /"customData".*"custom_data"/],
    ['a scope in capitals', { scopes: ['Email'] }, /"Email".*"email"/],
    [
      'a prefix of Logto that has no such scope',
      { scopes: ['urn:logto:scope:organization'] },
      /"urn:logto:scope:organization"/,
    ],
  ])('remarks on %s, which Logto would drop in silence', async (_, logto, remark) => {
    const logs = watchLogs();
    await started({ logto });

    expect(logs().filter((text) => text.includes('`scopes`'))).toEqual([expect.stringMatching(remark)]);
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['prompt: login alone', { prompt: 'login' }],
    ['prompt: none', { prompt: 'none' }],
    ['prompt: none for every sign-in', { signInOptions: { prompt: 'none' } }],
    [
      'resources without offline_access',
      { includeReservedScopes: false, scopes: ['openid'], resources: ['https://api.example.com'] },
    ],
  ])('remarks that there will be no refresh token with %s', async (_, logto) => {
    const logs = watchLogs();
    await started({ logto });

    expect(logs().filter((text) => text.includes('missing_refresh_token'))).toEqual([
      expect.stringMatching(/no refresh token/),
    ]);
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['prompts that include consent', { prompt: ['login', 'consent'] }],
    ['a prompt that is added to consent', { signInOptions: { prompt: 'login' } }],
    [
      'a sign-in that wants none',
      { prompt: 'login', includeReservedScopes: false, scopes: ['openid', 'profile'] },
    ],
    [
      'the scopes of Logto and of an API',
      { scopes: ['roles', 'urn:logto:scope:organizations', 'read:organizations'] },
    ],
  ])('remarks on no scope and no refresh token with %s', async (_, logto) => {
    const logs = watchLogs();
    await started({ logto });

    expect(logs().join()).not.toMatch(/refresh token|`scopes`/);
  });

  describe('of an app that has no session', () => {
    const remarks = (logs: () => string[]): string[] =>
      logs().filter((text) => text.includes('finds no session'));

    it('says what to set, LOGTO_SESSION_SECRET too', async () => {
      const logs = watchLogs();
      await started({ logto: { session: undefined } });

      expect(remarks(logs)).toEqual([
        expect.stringMatching(
          /session_not_configured.*`session: \{ secret \}`.*LOGTO_SESSION_SECRET.*main\.ts/,
        ),
      ]);
    });

    it('says nothing where main.ts mounts one', async () => {
      const logs = watchLogs();
      await started({
        logto: { session: undefined },
        configure: (nest) =>
          nest.use(session({ secret: 'a-session-secret', resave: false, saveUninitialized: false })),
      });

      expect(remarks(logs)).toEqual([]);
    });

    it('says nothing where a module mounts something that may be one', async () => {
      @Module({})
      class SessionModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer
            .apply(session({ secret: 'a-session-secret', resave: false, saveUninitialized: false }))
            .forRoutes('*path');
        }
      }
      const logs = watchLogs();
      await started({ logto: { session: undefined }, imports: [SessionModule] });

      expect(remarks(logs)).toEqual([]);
    });

    it('says nothing where nobody signs in', async () => {
      const logs = watchLogs();
      await started({ register: ({ endpoint }) => bearerOnly(endpoint) });

      expect(remarks(logs)).toEqual([]);
    });
  });
});
