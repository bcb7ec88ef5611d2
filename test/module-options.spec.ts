import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  VersioningType,
  type DynamicModule,
  type ModuleMetadata,
} from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import session from 'express-session';
import {
  LogtoModule,
  logtoOptionsFromEnv,
  LogtoOptionsException,
  LogtoService,
  type LogtoException,
  type LogtoModuleAsyncOptions,
  type LogtoModuleExtras,
  type LogtoModuleOptions,
  type LogtoOptionsFactory,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from './support/app.js';
import { startIssuer } from './support/issuer.js';
import { leaks } from './support/leaks.js';
import { PagesController } from './support/pages.js';

const good: LogtoModuleOptions = {
  endpoint: 'https://tenant.logto.app',
  appId: 'app',
  appSecret: 'the-secret-of-the-application',
  baseUrl: 'https://app.example.com',
  session: { secret: 'the-secret-of-the-session' },
};

/** Everything that the module finds wrong, by option; nothing when it starts. */
async function problemsOf(module: DynamicModule): Promise<Record<string, string>> {
  const building = Test.createTestingModule({ imports: [module] }).compile();
  const error: unknown = await building.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return {};
  if (!(error instanceof LogtoOptionsException)) throw error;
  expect(error.code).toBe('invalid_options');
  expect(new Set(error.problems.map(({ option }) => option)).size).toBe(error.problems.length);
  return Object.fromEntries(error.problems.map(({ option, remedy }) => [option, remedy]));
}

/** What somebody writes who has no TypeScript, or silenced it. */
const forRoot = (options: unknown): DynamicModule =>
  LogtoModule.forRoot(options as LogtoModuleOptions & LogtoModuleExtras);

/** An API without sign-in. */
const bearerOnly = (endpoint: string): DynamicModule =>
  LogtoModule.forRoot({ endpoint, api: { audience: 'https://api' }, authRoutes: false });

/** What was logged since the call. */
function watchLogs(): () => string[] {
  const before = leaks.logged.length;
  return () => leaks.logged.slice(before);
}

describe('The options of the module', () => {
  it.each<[string, object]>([
    ['all that is required', {}],
    ['no secret: a public client', { appSecret: undefined }],
    ['no session: the app mounts its own', { session: undefined }],
    [
      'a cookie secret instead of both',
      { session: undefined, appSecret: undefined, cookieSecret: 'a secret' },
    ],
    ['http on this machine', { endpoint: 'http://localhost:3001', baseUrl: 'http://127.0.0.1:3000' }],
    ['http on this machine by IPv6', { endpoint: 'http://[::1]:3001', baseUrl: 'http://app.localhost:3000' }],
    ['http elsewhere where it is allowed', { endpoint: 'http://logto:3001', allowInsecureRequests: true }],
    [
      'trailing slashes',
      { endpoint: 'https://tenant.logto.app//', baseUrl: 'https://app.example.com/shop/' },
    ],
    ['several secrets of the session', { session: { secret: ['new', 'old'] } }],
    ['a secure cookie over https', { session: { secret: 'a', cookie: { secure: true, sameSite: 'none' } } }],
    ['no revalidation', { revalidateAfter: false }],
    ['a prefix of several segments', { authRoutesPrefix: '/auth/logto/' }],
    [
      'bearer tokens alone',
      {
        ...Object.fromEntries(Object.keys(good).map((name) => [name, undefined])),
        endpoint: good.endpoint,
        api: { audience: 'https://api' },
      },
    ],
  ])('take %s', async (_, options) => {
    expect(await problemsOf(forRoot({ ...good, ...options }))).toEqual({});
  });

  it.each<[string, unknown, RegExp]>([
    ['endpoint', undefined, /required.*Logto Console.*LOGTO_ENDPOINT with logtoOptionsFromEnv/],
    ['endpoint', '', /required/],
    ['endpoint', 'localhost:3001', /absolute http\(s\) URL.*"localhost:3001" begins with neither/],
    ['endpoint', 'ftp://tenant.logto.app', /absolute http\(s\) URL/],
    ['endpoint', 'https://tenant.logto.app?a=b', /no credentials, query or fragment/],
    ['endpoint', 'https://me:pass@tenant.logto.app', /no credentials, query or fragment/],
    ['endpoint', 'http://tenant.logto.app', /https:.*allowInsecureRequests/],
    ['endpoint', 'http://192.168.0.1', /https:.*allowInsecureRequests/],
    ['endpoint', 'https://tenant.logto.app/oidc/', /leave "\/oidc" out/],
    ['endpoint', 'https://[tenant', /absolute http\(s\) URL.*"https:\/\/\[tenant" is none/],
    ['endpoint', 'me:pass@tenant.logto.app', /^(?!.*pass).*absolute http\(s\) URL/],
    ['endpoint', 5, /is a number, no text\. Use the endpoint/],
    ['endpoint', null, /is null, no text/],
    ['appId', undefined, /required.*Logto Console.*LOGTO_APP_ID with logtoOptionsFromEnv/],
    ['appId', '', /Logto Console/],
    ['appSecret', '', /leave it out/],
    ['baseUrl', undefined, /required.*http:\/\/localhost:3000.*LOGTO_BASE_URL with logtoOptionsFromEnv/],
    ['baseUrl', 'localhost:3000', /"localhost:3000" begins with neither.*such as "http:\/\/localhost:3000"/],
    ['baseUrl', 'app.example.com', /absolute http\(s\) URL/],
    ['baseUrl', new URL('https://app.example.com'), /is an object, no text/],
    ['baseUrl', 'https://app.example.com/#top', /no credentials, query or fragment/],
    ['baseUrl', 'http://app.example.com', /https:.*allowInsecureRequests/],
    ['cookieSecret', '', /long random string/],
    ['scopes', 'email', /list/],
    ['scopes.0', [''], /non-empty/],
    ['resources', 'https://api', /list/],
    ['includeReservedScopes', 'yes', /true or false/],
    ['prompt', 'never', /"consent", "login", "none"/],
    ['prompt', ['none', 'login'], /stands alone/],
    ['prompt', [], /"consent", "login", "none"/],
    ['signInOptions.firstScreen', { firstScreen: 'signUp' }, /register/],
    ['signInOptions.identifiers.0', { identifiers: ['shoe'] }, /"email"|email/],
    [
      'signInOptions.directSignIn.method',
      { directSignIn: { method: 'google', target: 'x' } },
      /"social" or "sso"/,
    ],
    ['signInOptions.directSignIn', { directSignIn: 'social:google' }, /method.*target/],
    ['signInOptions.maxAge', { maxAge: -1 }, /zero or more seconds/],
    ['signInOptions.extraParams.a', { extraParams: { a: 1 } }, /string/],
    ['signInOptions.loginhint', { loginhint: 'ada' }, /spelling/],
    ['postSignInRedirectUri', '/welcome', /absolute http\(s\) URL/],
    ['postSignOutRedirectUri', '', /absolute http\(s\) URL/],
    ['fetchUserInfo', 1, /true or false/],
    ['getAccessToken', 'yes', /true or false/],
    ['getOrganizationToken', null, /true or false/],
    ['resource', '', /resource indicator/],
    ['organizationId', 7, /organization id/],
    ['unauthenticated', 'throw', /"auto", "redirect" or "reject"/],
    ['session', 'a secret', /express-session options/],
    ['session', null, /express-session options/],
    ['session.secret', {}, /required.*long random string/],
    ['session.secret', { secret: '' }, /required/],
    ['session.secret', { secret: [] }, /required/],
    [
      'session.cookie.sameSite',
      { secret: 'a', cookie: { sameSite: 'strict' } },
      /nobody would be signed in.*"lax"/,
    ],
    [
      'session.cookie.sameSite',
      { secret: 'a', cookie: { sameSite: true } },
      /nobody would be signed in.*"lax"/,
    ],
    [
      'session.cookie.path',
      { secret: 'a', cookie: { path: '/app' } },
      /knows no session outside of it.*"\/logto".*nobody/,
    ],
    ['http.internalEndpoint', { internalEndpoint: 'https://logto.internal/base' }, /has no path/],
    ['lifetime.absolute', { absolute: 0 }, /more than zero seconds/],
    ['lifetime.max', { max: 5 }, /spelling/],
    ['revalidateAfter', 0, /zero seconds, or false/],
    ['revalidateAfter', true, /seconds, or false/],
    ['userInfoTtl', -1, /zero or more seconds/],
    ['allowedOrigins', 'https://front.example.com', /list/],
    ['allowedOrigins.0', ['https://front.example.com/'], /without path/],
    ['allowedOrigins.0', ['*'], /origin/],
    ['lock', { acquire: () => undefined }, /run\(key, fn\)/],
    ['machineToMachine.appSecret', { appId: 'm2m' }, /machine-to-machine/],
    ['machineToMachine', 'm2m', /appId, appSecret/],
    ['http.timeout', { timeout: 0 }, /milliseconds/],
    ['http.clockTolerance', { clockTolerance: -1 }, /seconds/],
    ['http.fetch', { fetch: 'node-fetch' }, /function/],
    ['http.internalEndpoint', { internalEndpoint: 'logto:3001' }, /absolute http\(s\) URL/],
    ['http.internalEndpoint', { internalEndpoint: 'http://logto:3001' }, /allowInsecureRequests/],
    ['api.audience', {}, /API resource/],
    ['api.audience', { audience: [] }, /at least one/],
    ['api', null, /audience|object/],
    ['api.cache', { audience: 'a', cache: true }, /max/],
    ['api.introspection.clientIds', { audience: 'a', introspection: { clientIds: [] } }, /at least one/],
    ['allowInsecureRequests', 'true', /true or false/],
    ['authRoutesPrefix', '', /path/],
    ['authRoutesPrefix', '../x', /path/],
    ['authRoutesPrefix', 'a b', /path/],
    ['authRoutesPrefix', ':tenant', /path/],
    ['tenant', 'acme', /no option.*spelling/],
    ['app_id', 'app', /Did you mean `appId`/],
    ['baseURL', 'https://app.example.com', /Did you mean `baseUrl`/],
  ])('say what is wrong with %s: %j', async (option, value, remedy) => {
    const [name = ''] = option.split('.');

    const problems = await problemsOf(forRoot({ ...good, [name]: value }));

    expect(Object.keys(problems)).toEqual([option]);
    expect(problems[option]).toMatch(remedy);
  });

  it.each([
    'signInOptions',
    'lifetime',
    'http',
    'api',
    'machineToMachine',
    'session',
    'lock',
    'allowedOrigins',
  ])('say what %s has to be when it is none of it', async (option) => {
    for (const value of [5, 'yes', true]) {
      const problems = await problemsOf(forRoot({ ...good, [option]: value }));
      expect(Object.keys(problems)).toEqual([option]);
      // Not in the words of the library that checks it.
      expect(problems[option]).not.toMatch(/Invalid input|received/);
    }
  });

  it('say what is wrong with a secure cookie over http, which would never be set', async () => {
    const options = {
      ...good,
      baseUrl: 'http://localhost:3000',
      session: { secret: 'a', cookie: { secure: true } },
    };

    expect(await problemsOf(forRoot(options))).toEqual({
      'session.cookie.secure': expect.stringMatching(/over http/),
    });
  });

  it('say that nothing seals the sign-in cookies where there is no secret at all', async () => {
    const options = { ...good, appSecret: undefined, session: undefined };

    expect(await problemsOf(forRoot(options))).toEqual({
      cookieSecret: expect.stringMatching(/required.*session: \{ secret \}.*appSecret/),
    });
  });

  it('say that introspection needs an application', async () => {
    const api = { audience: 'https://api', introspection: { clientIds: ['a'] } };

    expect(await problemsOf(forRoot({ endpoint: good.endpoint, api }))).toEqual({
      'api.introspection': expect.stringMatching(/appId and appSecret/),
    });
  });

  it('are all told at once, each with its remedy, in a message to read', async () => {
    const options = {
      endpoint: 'tenant',
      appid: 'x',
      baseUrl: 'http://example.com',
      scopes: 'email',
      session: {},
    };
    const building = Test.createTestingModule({ imports: [forRoot(options)] }).compile();

    await expect(building).rejects.toThrow(LogtoOptionsException);
    const error = (await building.catch((thrown: unknown) => thrown)) as LogtoOptionsException;
    expect(error.problems.map(({ option }) => option).toSorted()).toEqual(
      ['appId', 'appid', 'baseUrl', 'endpoint', 'scopes', 'session.secret'].toSorted(),
    );
    for (const { option, remedy } of error.problems)
      expect(error.message).toContain(`\n  - ${option}: ${remedy}`);
    // As Nest prints it when the app does not start: the mistakes, once, and nothing else.
    expect(inspect(error)).toBe(`LogtoOptionsException: ${error.message}`);
  });

  it('are asked for by name after forRoot without options', async () => {
    expect(Object.keys(await problemsOf(forRoot(undefined))).toSorted()).toEqual([
      'appId',
      'baseUrl',
      'cookieSecret',
      'endpoint',
    ]);
  });

  it.each([undefined, null])('are missed as a whole where a factory returns %s', async (nothing) => {
    class Factory implements LogtoOptionsFactory {
      createLogtoOptions = (): LogtoModuleOptions => nothing as never;
    }
    for (const how of [{ useFactory: () => nothing as never }, { useClass: Factory }]) {
      expect(await problemsOf(LogtoModule.forRootAsync(how))).toEqual({
        options: expect.stringMatching(/`useFactory` \(or `createLogtoOptions`\) returned none/),
      });
    }
  });

  it('are told apart from the extras, which no factory can give', async () => {
    const module = LogtoModule.forRootAsync({ useFactory: () => ({ ...good, authRoutesPrefix: 'auth' }) });

    expect(await problemsOf(module)).toEqual({
      authRoutesPrefix: expect.stringMatching(/beside `useFactory`/),
    });
  });

  it('never show a secret, not even a wrong one', async () => {
    const secrets = { appSecret: 'the-wrong-app-secret-1', cookieSecret: 'the-wrong-cookie-secret-2' };
    const building = Test.createTestingModule({
      imports: [
        forRoot({
          ...secrets,
          session: { secret: 'the-wrong-session-secret-3' },
          machineToMachine: 'the-wrong-m2m-secret-4',
        }),
      ],
    }).compile();

    const error = (await building.catch((thrown: unknown) => thrown)) as Error;
    expect(`${error.stack} ${inspect(error, { depth: 9 })}`).not.toMatch(/the-wrong-/);
  });
});

describe('The module', () => {
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

  describe('registered with options that come later', () => {
    it('takes them from a factory, asynchronously, with what it injects', async () => {
      @Injectable()
      class Config {
        readonly secret = 'a-secret-of-the-configuration';
      }
      @Module({ providers: [Config], exports: [Config] })
      class ConfigModule {}

      const app = await started({
        register: (options) =>
          LogtoModule.forRootAsync({
            imports: [ConfigModule],
            inject: [Config],
            useFactory: async (config: unknown) => {
              await new Promise((resolve) => setImmediate(resolve));
              return { ...options, session: { secret: (config as Config).secret } };
            },
          }),
      });

      await expectSignInWorks(app);
    });

    it.each(['useClass', 'useExisting'] as const)('takes them from %s', async (how) => {
      const app = await started({
        register: (options) => {
          @Injectable()
          class Options implements LogtoOptionsFactory {
            createLogtoOptions(): Promise<LogtoModuleOptions> {
              return Promise.resolve(options);
            }
          }
          @Module({ providers: [Options], exports: [Options] })
          class ConfigModule {}
          return LogtoModule.forRootAsync(
            how === 'useClass' ? { useClass: Options } : { imports: [ConfigModule], useExisting: Options },
          );
        },
      });

      await expectSignInWorks(app);
    });

    it('takes the extras beside the factory', async () => {
      const app = await started({
        register: (options) => {
          const given: LogtoModuleAsyncOptions = { authRoutesPrefix: 'auth', useFactory: () => options };
          return LogtoModule.forRootAsync(given);
        },
      });

      expect((await app.browser().open('/auth/sign-in')).status).toBe(302);
      expect((await app.browser().open('/logto/sign-in')).status).toBe(404);
    });

    it('has no routes there either when it only takes bearer tokens', async () => {
      const api = { endpoint: issuer.endpoint, api: { audience: 'https://api.example.com' } };
      for (const register of [
        () => LogtoModule.forRoot(api),
        () => LogtoModule.forRootAsync({ useFactory: () => api }),
      ]) {
        const app = await started({ register });
        for (const path of [
          '/logto/sign-in',
          '/logto/sign-up',
          '/logto/sign-in-callback?code=a',
          '/logto/sign-out',
        ]) {
          expect((await app.browser().open(path)).status).toBe(404);
        }
        expect((await app.browser().post('/logto/back-channel-logout')).status).toBe(404);
        expect((await app.browser().open('/')).headers.getSetCookie()).toEqual([]);
      }
    });
  });

  it('is seen by every module, unless it is told not to be', async () => {
    @Injectable()
    class Needy {
      constructor(readonly logto: LogtoService) {}
    }
    @Module({ providers: [Needy] })
    class FeatureModule {}

    const app = await started({ imports: [FeatureModule] });
    expect(app.app.get(Needy, { strict: false }).logto).toBeInstanceOf(LogtoService);
    await expect(started({ imports: [FeatureModule], logto: { global: false } })).rejects.toThrow(
      /LogtoService/,
    );
    await expect(
      started({
        imports: [FeatureModule],
        register: (options) => LogtoModule.forRootAsync({ global: false, useFactory: () => options }),
      }),
    ).rejects.toThrow(/LogtoService/);
  });

  it('is passed on by the module that imports it, where it is not global', async () => {
    @Module({})
    class SignInModule {
      static with(logto: DynamicModule): DynamicModule {
        return { module: SignInModule, imports: [logto], exports: [LogtoModule] };
      }
    }
    @Injectable()
    class Needy {
      constructor(readonly logto: LogtoService) {}
    }

    const app = await started({
      register: (options) => SignInModule.with(LogtoModule.forRoot({ ...options, global: false })),
      providers: [Needy],
    });

    expect(app.app.get(Needy).logto).toBeInstanceOf(LogtoService);
    await expectSignInWorks(app);
  });

  describe('that cannot work in this app says so before the app is there', () => {
    const compile = (imports: ModuleMetadata['imports'] = []): Promise<unknown> => {
      @Module({ imports: [LogtoModule.forRoot(good), ...imports] })
      class AppModule {}
      return Test.createTestingModule({ imports: [AppModule] }).compile();
    };

    it.each([
      ['forRoot', () => LogtoModule.forRoot({ ...good })],
      ['forRootAsync', () => LogtoModule.forRootAsync({ useFactory: () => good })],
    ])('when %s is called again', async (_, again) => {
      @Module({ imports: [again()] })
      class FeatureModule {}

      await expect(compile([FeatureModule])).rejects.toMatchObject({
        code: 'module_registered_twice',
        message: expect.stringMatching(/registered more than once.*once, in the root module/),
      });
    });

    it('when a module imports it without options, beside the root module’s forRoot', async () => {
      @Module({ imports: [LogtoModule] })
      class OrdersModule {}

      await expect(compile([OrdersModule])).rejects.toMatchObject({
        code: 'invalid_options',
        message: expect.stringMatching(/without options, in OrdersModule.*Drop the import there/s),
      });
    });

    it('when it is nowhere given options', async () => {
      @Module({ imports: [LogtoModule] })
      class AppModule {}

      await expect(Test.createTestingModule({ imports: [AppModule] }).compile()).rejects.toMatchObject({
        code: 'invalid_options',
        message: expect.stringMatching(/without options, in AppModule.*forRoot/s),
      });
    });

    it('when the app does not run on Express', async () => {
      class OtherAdapter extends ExpressAdapter {
        override getType(): string {
          return 'fastify';
        }
      }
      @Module({ imports: [LogtoModule.forRoot(good)] })
      class AppModule {}

      await expect(
        NestFactory.create(AppModule, new OtherAdapter(), { abortOnError: false, logger: leaks }),
      ).rejects.toMatchObject({
        code: 'adapter_not_supported',
        message: expect.stringMatching(/@nestjs\/platform-express.*"fastify"/),
      });
    });

    it('in one sentence, with no stack of calls that the reader has not made', async () => {
      const error = (await compile([LogtoModule.forRoot({ ...good })]).catch(
        (thrown: unknown) => thrown,
      )) as LogtoException;

      expect(inspect(error)).toBe(`${error.name}: ${error.message}`);
    });
  });

  it('lends its service to an application without HTTP, and names no addresses there', async () => {
    const logs = watchLogs();
    @Module({ imports: [LogtoModule.forRoot({ ...good, endpoint: issuer.endpoint })] })
    class CommandModule {}

    const context = await NestFactory.createApplicationContext(CommandModule, { logger: leaks });

    expect(context.get(LogtoService)).toBeInstanceOf(LogtoService);
    expect(logs().join()).not.toContain('Register at');
    await context.close();
  });

  it('works with slashes at the end of its addresses', async () => {
    const port = Number(new URL((await started()).baseUrl).port);
    await apps.pop()?.close();
    const app = await started({
      port,
      logto: { endpoint: `${issuer.endpoint}/`, baseUrl: `http://localhost:${port}/` },
    });

    await expectSignInWorks(app);
  });

  it('shows no secret to whoever inspects it, its services or the application', async () => {
    const secrets = {
      appSecret: 'secret-of-the-application',
      cookieSecret: 'secret-of-the-sign-in-cookies',
      session: { secret: 'secret-of-the-session' },
      machineToMachine: { appId: 'm2m', appSecret: 'secret-of-the-machine' },
    };
    issuer.setApplication({ id: 'inspected', secret: secrets.appSecret });
    const app = await started({ logto: { appId: 'inspected', ...secrets } });
    await expectSignInWorks(app);

    const container = app.app.get(ModulesContainer);
    for (const subject of [
      LogtoModule.forRoot({ ...good, ...secrets }),
      app.app.get(LogtoModule),
      app.logto,
      ...[...container.values()].flatMap((module) =>
        [...module.providers.values()].map(({ instance }): unknown => instance),
      ),
    ]) {
      const shown = inspect(subject, { depth: 8 });
      expect(shown).not.toMatch(/secret-of-/);
      // Keys made from them are secrets as well.
      expect(shown).not.toMatch(/Uint8Array\(32\)/);
    }
  });

  describe('at start', () => {
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

      const warnings = (logs: () => string[]): string[] =>
        logs().filter((text) => text.includes('LogtoGuard'));

      it.each<[string, Omit<TestAppParts, 'issuer'>]>([
        ['at the default prefix', { logto: { authRoutes: false } }],
        [
          'to a GET',
          { controllers: [PostController], logto: { authRoutes: false, authRoutesPrefix: 'auth' } },
        ],
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
  });

  it('remarks on the cookie of the app’s own session when it first sees it', async () => {
    const logs = watchLogs();
    const app = await started({
      logto: { session: undefined },
      configure: (nest) =>
        nest.use(
          session({
            secret: 'a-session-secret',
            resave: false,
            saveUninitialized: false,
            cookie: { maxAge: 14 * 24 * 60 * 60, sameSite: 'strict' },
          }),
        ),
    });
    expect(logs().filter((text) => text.includes('session cookie'))).toEqual([]);

    for (let visit = 0; visit < 3; visit += 1) await app.browser().open('/user');

    const remarks = logs().filter((text) => text.includes('session cookie'));
    expect(remarks).toHaveLength(2);
    expect(remarks.join()).toMatch(/milliseconds[^]*"lax"/);
  });
});

describe('Options from the environment', () => {
  const env = {
    LOGTO_ENDPOINT: 'https://tenant.logto.app',
    LOGTO_APP_ID: 'app',
    LOGTO_APP_SECRET: 'secret',
    LOGTO_BASE_URL: 'https://app.example.com',
    LOGTO_SESSION_SECRET: 'session-secret',
  };

  it('are what differs per deployment', () => {
    expect(logtoOptionsFromEnv({}, env)).toEqual({
      endpoint: env.LOGTO_ENDPOINT,
      appId: env.LOGTO_APP_ID,
      appSecret: env.LOGTO_APP_SECRET,
      baseUrl: env.LOGTO_BASE_URL,
      session: { secret: env.LOGTO_SESSION_SECRET },
    });
  });

  it('come from the process’s own', () => {
    const before = process.env.LOGTO_ENDPOINT;
    process.env.LOGTO_ENDPOINT = 'https://from.process.env';
    try {
      expect(logtoOptionsFromEnv().endpoint).toBe('https://from.process.env');
    } finally {
      if (before === undefined) delete process.env.LOGTO_ENDPOINT;
      else process.env.LOGTO_ENDPOINT = before;
    }
  });

  it('give way to what the code says, and join the secret to the session’s other options', () => {
    expect(
      logtoOptionsFromEnv(
        { appId: 'other', scopes: ['email'], session: { secret: 'own', name: 'sid' } },
        env,
      ),
    ).toMatchObject({ appId: 'other', scopes: ['email'], session: { secret: 'own', name: 'sid' } });
    const named = logtoOptionsFromEnv({ session: { name: 'sid' } }, env);
    expect(named.session).toEqual({ name: 'sid', secret: env.LOGTO_SESSION_SECRET });
  });

  it('take and give back the extras of the module, for forRoot', async () => {
    const register = (options: LogtoModuleOptions): DynamicModule =>
      LogtoModule.forRoot(logtoOptionsFromEnv({ ...options, authRoutesPrefix: 'auth' }, env));
    const issuer = await startIssuer();
    const app = await startApp({ issuer, register });

    expect((await app.browser().open('/auth/sign-in')).status).toBe(302);
    await app.close();
    await issuer.close();
  });

  it('leave out what is not set or empty: it is reported as missing, or left to the app', async () => {
    const options = logtoOptionsFromEnv(
      {},
      { ...env, LOGTO_ENDPOINT: '', LOGTO_APP_ID: '', LOGTO_SESSION_SECRET: '' },
    );

    expect(options).not.toHaveProperty('session');
    expect(Object.keys(await problemsOf(forRoot(options))).toSorted()).toEqual(['appId', 'endpoint']);
  });

  it('are read only when they are asked for', async () => {
    expect(Object.keys(await problemsOf(forRoot({})))).toContain('endpoint');
  });

  it('let an override that is undefined not hide what is set', () => {
    expect(logtoOptionsFromEnv({ appSecret: undefined }, env).appSecret).toBe(env.LOGTO_APP_SECRET);
  });
});
