import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
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
import { logtoOptions, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { expectSignInWorks } from '../support/app/expect-sign-in-works.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { validOptions, watchLogs } from '../support/app/options.js';
import { PagesController } from '../support/requests/pages.js';

/** An adapter that does not look like Nest's adapter for Express. */
class OtherAdapter extends ExpressAdapter {
  override getType(): string {
    return 'fastify';
  }
}

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

describe('The module', () => {
  describe('registered with forRootAsync', () => {
    it('takes options from an asynchronous factory with injected providers', async () => {
      @Injectable()
      class Config {
        readonly secret = 'a-secret-of-the-configuration';
      }
      @Module({ providers: [Config], exports: [Config] })
      class ConfigModule {}

      const app = await start({
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

      await expectSignInWorks(app, issuer);
    });

    it.each(['useClass', 'useExisting'] as const)('takes options from %s', async (how) => {
      const app = await start({
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

      await expectSignInWorks(app, issuer);
    });

    it('takes extras next to the factory', async () => {
      const app = await start({
        register: (options) => {
          const given: LogtoModuleAsyncOptions = { authRoutesPrefix: 'auth', useFactory: () => options };
          return LogtoModule.forRootAsync(given);
        },
      });

      expect((await app.browser().open('/auth/sign-in')).status).toBe(302);
      expect((await app.browser().open('/logto/sign-in')).status).toBe(404);
    });

    it('has no routes when it only accepts bearer tokens, as with forRoot', async () => {
      const api = { endpoint: issuer.endpoint, api: { audience: 'https://api.example.com' } };
      for (const register of [
        () => LogtoModule.forRoot(api),
        () => LogtoModule.forRootAsync({ useFactory: () => api }),
      ]) {
        const app = await start({ register });
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

  it('is global, unless `global` is false', async () => {
    @Injectable()
    class Consumer {
      constructor(readonly logto: LogtoService) {}
    }
    @Module({ providers: [Consumer] })
    class FeatureModule {}

    const app = await start({ imports: [FeatureModule] });
    expect(app.app.get(Consumer, { strict: false }).logto).toBeInstanceOf(LogtoService);
    await expect(start({ imports: [FeatureModule], logto: { global: false } })).rejects.toThrow(
      /LogtoService/,
    );
    await expect(
      start({
        imports: [FeatureModule],
        register: (options) => LogtoModule.forRootAsync({ global: false, useFactory: () => options }),
      }),
    ).rejects.toThrow(/LogtoService/);
  });

  it('can be re-exported by the module that imports it where it is not global', async () => {
    @Module({})
    class SignInModule {
      static with(logto: DynamicModule): DynamicModule {
        return { module: SignInModule, imports: [logto], exports: [LogtoModule] };
      }
    }
    @Injectable()
    class Consumer {
      constructor(readonly logto: LogtoService) {}
    }

    const app = await start({
      register: (options) => SignInModule.with(LogtoModule.forRoot({ ...options, global: false })),
      providers: [Consumer],
    });

    expect(app.app.get(Consumer).logto).toBeInstanceOf(LogtoService);
    await expectSignInWorks(app, issuer);
  });

  describe('fails at startup', () => {
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

    it('when another module imports it without options', async () => {
      @Module({ imports: [LogtoModule] })
      class OrdersModule {}

      await expect(compile([OrdersModule])).rejects.toMatchObject({
        code: 'invalid_options',
        message: expect.stringMatching(/without options, in OrdersModule.*Remove the import there/s),
      });
    });

    it('when no module gives it options', async () => {
      @Module({ imports: [LogtoModule] })
      class AppModule {}

      await expect(Test.createTestingModule({ imports: [AppModule] }).compile()).rejects.toMatchObject({
        code: 'invalid_options',
        message: expect.stringMatching(/without options, in AppModule.*forRoot/s),
      });
    });

    it('when NestFactory creates an app without Express', async () => {
      @Module({ imports: [LogtoModule.forRoot(validOptions)] })
      class AppModule {}

      await expect(
        NestFactory.create(AppModule, new OtherAdapter(), { abortOnError: false, logger: leaks }),
      ).rejects.toMatchObject({
        code: 'adapter_not_supported',
        message: expect.stringMatching(/@nestjs\/platform-express.*"fastify"/),
      });
    });

    it('when a testing module creates an app without Express', async () => {
      const module = await Test.createTestingModule({
        imports: [LogtoModule.forRoot(logtoOptions(issuer.endpoint, 'http://localhost:3000'))],
      }).compile();

      await expect(
        module.createNestApplication(new OtherAdapter(), { logger: leaks }).init(),
      ).rejects.toMatchObject({
        code: 'adapter_not_supported',
        message: expect.stringMatching(/@nestjs\/platform-express.*"fastify"/),
      });
    });

    it('with the message alone, without a stack trace into the library', async () => {
      const error = (await compile([LogtoModule.forRoot({ ...validOptions })]).catch(
        (thrown: unknown) => thrown,
      )) as LogtoException;

      expect(inspect(error)).toBe(`${error.name}: ${error.message}`);
    });
  });

  it('provides LogtoService to an application without HTTP, and logs no addresses there', async () => {
    const logs = watchLogs();
    @Module({ imports: [LogtoModule.forRoot({ ...validOptions, endpoint: issuer.endpoint })] })
    class CommandModule {}

    const context = await NestFactory.createApplicationContext(CommandModule, { logger: leaks });

    expect(context.get(LogtoService)).toBeInstanceOf(LogtoService);
    expect(logs().join()).not.toContain('Register at');
    await context.close();
  });

  it('works with trailing slashes in its addresses', async () => {
    const port = await freePort();
    const app = await start({
      port,
      logto: { endpoint: `${issuer.endpoint}/`, baseUrl: `http://localhost:${port}/` },
    });

    await expectSignInWorks(app, issuer);
  });

  it('shows no secret when it, its providers or the app are inspected', async () => {
    const secrets = {
      appSecret: 'secret-of-the-application',
      cookieSecret: 'secret-of-the-sign-in-cookies',
      session: { secret: 'secret-of-the-session' },
      machineToMachine: { appId: 'm2m', appSecret: 'secret-of-the-machine' },
      encryption: { keys: ['secret-of-the-tokens-in-the-session-store'] },
    };
    issuer.setApplication({ id: 'inspected', secret: secrets.appSecret });
    const app = await start({ logto: { appId: 'inspected', ...secrets } });
    await expectSignInWorks(app, issuer);

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
