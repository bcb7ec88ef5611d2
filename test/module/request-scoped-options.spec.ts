import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type INestApplicationContext } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import {
  LogtoModule,
  type LogtoModuleAsyncOptions,
  type LogtoModuleOptions,
  type LogtoOptionsFactory,
} from 'nestjs-logto';
import { leaks } from '../support/leaks.js';
import { validOptions } from '../support/options.js';

@Injectable({ scope: Scope.REQUEST })
class TenantConfig implements LogtoOptionsFactory {
  createLogtoOptions(): LogtoModuleOptions {
    return validOptions;
  }
}

/** Request-scoped by what it injects. */
@Injectable()
class Tenants {
  constructor(readonly config: TenantConfig) {}
}

@Injectable({ scope: Scope.TRANSIENT })
class TransientConfig {
  readonly options = validOptions;
}

@Module({
  providers: [TenantConfig, Tenants, TransientConfig],
  exports: [TenantConfig, Tenants, TransientConfig],
})
class ConfigModule {}

const options = (): LogtoModuleOptions => validOptions;

describe('Options that are made for each request', () => {
  const running: INestApplicationContext[] = [];

  afterEach(async () => {
    for (const one of running.splice(0)) await one.close();
  });

  function appOf(how: LogtoModuleAsyncOptions): new () => object {
    @Module({ imports: [LogtoModule.forRootAsync({ imports: [ConfigModule], ...how })] })
    class AppModule {}
    return AppModule;
  }

  async function start(how: LogtoModuleAsyncOptions): Promise<void> {
    const app = await NestFactory.create(appOf(how), { logger: leaks, abortOnError: false });
    running.push(app);
    await app.init();
  }

  it.each<[string, LogtoModuleAsyncOptions, string]>([
    ['the request', { inject: [REQUEST], useFactory: options }, 'REQUEST'],
    ['a request-scoped provider', { inject: [TenantConfig], useFactory: options }, 'TenantConfig'],
    ['a provider that injects one', { inject: [Tenants], useFactory: options }, 'Tenants'],
    ['an optional one', { inject: [{ token: Tenants, optional: true }], useFactory: options }, 'Tenants'],
    ['a request-scoped class', { useClass: TenantConfig }, 'TenantConfig'],
    ['a request-scoped provider that exists', { useExisting: TenantConfig }, 'TenantConfig'],
  ])('are refused at start, by the name of %s', async (_, how, name) => {
    await expect(start(how)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(
        new RegExp(`^LogtoModule .*once.*injects ${name}, .*request-scoped.*signIn\\(`, 's'),
      ),
    });
  });

  it('are refused in an application without HTTP, too', async () => {
    const context = NestFactory.createApplicationContext(appOf({ inject: [Tenants], useFactory: options }), {
      logger: leaks,
      abortOnError: false,
    });

    await expect(context).rejects.toMatchObject({ code: 'invalid_options' });
  });

  it('are not mistaken for those of a transient provider, which is made once for them', async () => {
    await expect(
      start({ inject: [TransientConfig], useFactory: (config) => (config as TransientConfig).options }),
    ).resolves.toBeUndefined();
  });
});
