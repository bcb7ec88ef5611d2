import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import {
  LogtoModule,
  LogtoService,
  type LogtoException,
  type LogtoModuleAsyncOptions,
  type LogtoModuleOptions,
  type LogtoOptionsFactory,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { validOptions, watchLogs } from '../support/options.js';
import { PagesController } from '../support/pages.js';

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
      @Module({ imports: [LogtoModule.forRoot(validOptions), ...imports] })
      class AppModule {}
      return Test.createTestingModule({ imports: [AppModule] }).compile();
    };

    it.each([
      ['forRoot', () => LogtoModule.forRoot({ ...validOptions })],
      ['forRootAsync', () => LogtoModule.forRootAsync({ useFactory: () => validOptions })],
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
      @Module({ imports: [LogtoModule.forRoot(validOptions)] })
      class AppModule {}

      await expect(
        NestFactory.create(AppModule, new OtherAdapter(), { abortOnError: false, logger: leaks }),
      ).rejects.toMatchObject({
        code: 'adapter_not_supported',
        message: expect.stringMatching(/@nestjs\/platform-express.*"fastify"/),
      });
    });

    it('in one sentence, with no stack of calls that the reader has not made', async () => {
      const error = (await compile([LogtoModule.forRoot({ ...validOptions })]).catch(
        (thrown: unknown) => thrown,
      )) as LogtoException;

      expect(inspect(error)).toBe(`${error.name}: ${error.message}`);
    });
  });

  it('lends its service to an application without HTTP, and names no addresses there', async () => {
    const logs = watchLogs();
    @Module({ imports: [LogtoModule.forRoot({ ...validOptions, endpoint: issuer.endpoint })] })
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
      LogtoModule.forRoot({ ...validOptions, ...secrets }),
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
});
