import { describe, expect, it } from '@jest/globals';
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
import { LogtoModule, type LogtoModuleOptions } from 'nestjs-logto';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { expectSignInWorks } from '../support/app/expect-sign-in-works.js';
import { startIssuer } from '../support/logto/issuer.js';
import { watchLogs } from '../support/app/options.js';
import { ownSession } from '../support/app/own-session.js';
import { PagesController } from '../support/requests/pages.js';

/** An API without sign-in. */
const bearerOnly = (endpoint: string): DynamicModule =>
  LogtoModule.forRoot({ endpoint, api: { audience: 'https://api' }, authRoutes: false });

const issuer = await startIssuer();

describe('At startup the module', () => {
  const start = (parts: Omit<TestAppParts, 'issuer'> = {}): Promise<TestApp> =>
    startApp({ issuer, controllers: [PagesController], ...parts });

  /** Starts an app. @returns the logged lines that contain a text */
  async function loggedAtStart(text: string, parts: Omit<TestAppParts, 'issuer'>): Promise<string[]> {
    const logs = watchLogs();
    await start(parts);
    return logs().filter((line) => line.includes(text));
  }

  it('logs the URIs to register at Logto', async () => {
    const logs = watchLogs();
    const app = await start({
      logto: { authRoutesPrefix: 'auth', postSignOutRedirectUri: 'https://www.example.com/bye' },
    });

    const line = logs().find((text) => text.includes('Register'));
    expect(line).toContain(issuer.endpoint);
    expect(line).toContain('application app');
    expect(line).toMatch(new RegExp(`redirect URI +${app.baseUrl}/auth/sign-in-callback\\n`));
    expect(line).toMatch(/post sign-out URI +https:\/\/www\.example\.com\/bye\n/);
    expect(line).toMatch(new RegExp(`back-channel logout +${app.baseUrl}/auth/back-channel-logout`));
  });

  describe('in an app with its own routes', () => {
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

    it('logs the URIs that it knows', async () => {
      const logs = watchLogs();
      const app = await start({
        controllers: [OwnController],
        logto: { authRoutes: false, authRoutesPrefix: 'auth' },
      });

      const line = logs().find((text) => text.includes('Register'));
      expect(line).toMatch(/redirect URI +each `redirectUri` that you give to signIn\(\), else http/);
      expect(line).toContain(`${app.baseUrl}/auth/sign-in-callback\n`);
      expect(line).toMatch(new RegExp(`post sign-out URI +${app.baseUrl}\\n`));
      expect(line).toMatch(/back-channel logout +where you call handleBackChannelLogout\(\)/);
    });

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
    ])('warns that the route to which the guard redirects is missing: %s', async (_, parts) => {
      const prefix = parts.logto?.authRoutesPrefix ?? 'logto';
      expect(await loggedAtStart('LogtoGuard', { controllers: [OwnController], ...parts })).toEqual([
        expect.stringMatching(
          new RegExp(
            `to /${prefix}/sign-in, .*write that route.*authRoutesPrefix.*unauthenticated: 'reject'`,
          ),
        ),
      ]);
    });

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      ['the route exists', { logto: { authRoutes: false, authRoutesPrefix: 'auth' } }],
      [
        'the route exists for every method, outside a global prefix',
        {
          controllers: [],
          logto: { authRoutes: false },
          configure: (nest) => {
            nest.setGlobalPrefix('api');
            nest.getHttpAdapter().all('/logto/sign-in', () => undefined);
          },
        },
      ],
      ['the guard never redirects', { logto: { authRoutes: false, unauthenticated: 'reject' } }],
      ['nobody can sign in', { register: ({ endpoint }) => bearerOnly(endpoint) }],
    ])('does not warn about that when %s', async (_, parts) => {
      expect(await loggedAtStart('LogtoGuard', { controllers: [OwnController], ...parts })).toEqual([]);
    });
  });

  it('warns once about a session cookie whose maxAge looks like seconds', async () => {
    const logs = watchLogs();
    const app = await start({
      logto: { session: { secret: 'a-session-secret', cookie: { maxAge: 14 * 24 * 60 * 60 } } },
    });
    await expectSignInWorks(app, issuer);

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
      { scopes: ['email'], encryption: { keys: ['k'.repeat(32)] }, lifetime: { idle: 60 }, prompt: 'login' },
      /`scopes`, `encryption`, `prompt`, and `lifetime` do nothing.*LOGTO_APP_ID and LOGTO_BASE_URL/,
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
  ])('warns that nobody can sign in when %j suggests that somebody should', async (options, warning) => {
    const logs = watchLogs();
    const api = { endpoint: issuer.endpoint, api: { audience: 'https://api' }, ...options };
    const app = await start({ register: () => LogtoModule.forRoot(api) });

    expect(logs().filter((text) => text.includes('Nobody can sign in'))).toEqual([
      expect.stringMatching(warning),
    ]);
    expect((await app.browser().open('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['only accepts bearer tokens', {}],
    ['has empty lists', { scopes: [], resources: [] }],
  ])('does not warn about that in an API that %s', async (_, options) => {
    const api = { endpoint: issuer.endpoint, api: { audience: 'https://api' }, ...options };

    expect(await loggedAtStart('sign in', { register: () => LogtoModule.forRoot(api) })).toEqual([]);
  });

  it('does not warn about a session cookie without problems', async () => {
    const logs = watchLogs();
    await expectSignInWorks(await start(), issuer);

    expect(logs().filter((text) => text.includes('session cookie'))).toEqual([]);
  });

  it.each<[string, Partial<LogtoModuleOptions>, RegExp]>([
    [
      'the short name of the organizations scope',
      { scopes: ['organizations'] },
      /"organizations".*"urn:logto:scope:organizations"/,
    ],
    [
      'the short name of the organization roles scope',
      { scopes: ['organization_roles'] },
      /"urn:logto:scope:organization_roles"/,
    ],
    ['the short name of the sessions scope', { scopes: ['sessions'] }, /"urn:logto:scope:sessions"/],
    ['another spelling of a scope', { scopes: ['customData'] }, /"customData".*"custom_data"/],
    ['a scope in capitals', { scopes: ['Email'] }, /"Email".*"email"/],
    [
      'an unknown scope with the prefix of Logto',
      { scopes: ['urn:logto:scope:organization'] },
      /"urn:logto:scope:organization"/,
    ],
  ])('warns about %s, which Logto would ignore', async (_, logto, warning) => {
    expect(await loggedAtStart('`scopes`', { logto })).toEqual([expect.stringMatching(warning)]);
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['only prompt: login', { prompt: 'login' }],
    ['prompt: none', { prompt: 'none' }],
    ['prompt: none for every sign-in', { signInOptions: { prompt: 'none' } }],
    [
      'resources without offline_access',
      { includeReservedScopes: false, scopes: ['openid'], resources: ['https://api.example.com'] },
    ],
  ])('warns that there is no refresh token with %s', async (_, logto) => {
    expect(await loggedAtStart('missing_refresh_token', { logto })).toEqual([
      expect.stringMatching(/no refresh token/),
    ]);
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['prompts that include consent', { prompt: ['login', 'consent'] }],
    ['a prompt in addition to consent', { signInOptions: { prompt: 'login' } }],
    [
      'scopes that need no refresh token',
      { prompt: 'login', includeReservedScopes: false, scopes: ['openid', 'profile'] },
    ],
    [
      'the scopes of Logto and of an API',
      { scopes: ['roles', 'urn:logto:scope:organizations', 'read:organizations'] },
    ],
  ])('warns about neither scopes nor refresh tokens with %s', async (_, logto) => {
    const logs = watchLogs();
    await start({ logto });

    expect(logs().join()).not.toMatch(/refresh token|`scopes`/);
  });

  describe('in an app without a session', () => {
    const text = 'finds no session';

    it('warns, and says what to set in the options and in the environment', async () => {
      expect(await loggedAtStart(text, { logto: { session: undefined } })).toEqual([
        expect.stringMatching(
          /session_not_configured.*`session: \{ secret \}`.*LOGTO_SESSION_SECRET.*main\.ts/,
        ),
      ]);
    });

    it('does not warn when main.ts mounts one', async () => {
      const configure: TestAppParts['configure'] = (nest) => nest.use(ownSession());

      expect(await loggedAtStart(text, { logto: { session: undefined }, configure })).toEqual([]);
    });

    it('does not warn when a module mounts middleware that may be one', async () => {
      @Module({})
      class SessionModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer.apply(ownSession()).forRoutes('*path');
        }
      }
      const parts = { logto: { session: undefined }, imports: [SessionModule] };

      expect(await loggedAtStart(text, parts)).toEqual([]);
    });

    it('does not warn when nobody can sign in', async () => {
      const register: TestAppParts['register'] = ({ endpoint }) => bearerOnly(endpoint);

      expect(await loggedAtStart(text, { register })).toEqual([]);
    });
  });
});
