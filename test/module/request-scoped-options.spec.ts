import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import {
  LogtoModule,
  type LogtoModuleAsyncOptions,
  type LogtoModuleOptions,
  type LogtoOptionsFactory,
} from 'nestjs-logto';
import { leaks } from '../support/runner/leaks.js';
import { validOptions } from '../support/app/options.js';
import { closeLater } from '../support/runner/leftovers.js';

@Injectable({ scope: Scope.REQUEST })
class TenantConfig implements LogtoOptionsFactory {
  createLogtoOptions(): LogtoModuleOptions {
    return validOptions;
  }
}

/** Request-scoped because of what it injects. */
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

describe('Request-scoped options', () => {
  function appModule(asyncOptions: LogtoModuleAsyncOptions): new () => object {
    @Module({ imports: [LogtoModule.forRootAsync({ imports: [ConfigModule], ...asyncOptions })] })
    class AppModule {}
    return AppModule;
  }

  async function start(asyncOptions: LogtoModuleAsyncOptions): Promise<void> {
    const module = appModule(asyncOptions);
    await closeLater(await NestFactory.create(module, { logger: leaks, abortOnError: false })).init();
  }

  it.each<[string, LogtoModuleAsyncOptions, string]>([
    ['the request', { inject: [REQUEST], useFactory: options }, 'REQUEST'],
    ['a request-scoped provider', { inject: [TenantConfig], useFactory: options }, 'TenantConfig'],
    ['a provider that injects a request-scoped one', { inject: [Tenants], useFactory: options }, 'Tenants'],
    [
      'an optional request-scoped provider',
      { inject: [{ token: Tenants, optional: true }], useFactory: options },
      'Tenants',
    ],
    ['a request-scoped class', { useClass: TenantConfig }, 'TenantConfig'],
    ['an existing request-scoped provider', { useExisting: TenantConfig }, 'TenantConfig'],
  ])('are rejected at startup, with a message that names %s', async (_, asyncOptions, name) => {
    await expect(start(asyncOptions)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(
        new RegExp(`^LogtoModule .*once.*injects ${name}, .*request-scoped.*signIn\\(`, 's'),
      ),
    });
  });

  it('are rejected in an application without HTTP too', async () => {
    const context = NestFactory.createApplicationContext(
      appModule({ inject: [Tenants], useFactory: options }),
      {
        logger: leaks,
        abortOnError: false,
      },
    );

    await expect(context).rejects.toMatchObject({ code: 'invalid_options' });
  });

  it('are not confused with the options of a transient provider, which are created once', async () => {
    await expect(
      start({ inject: [TransientConfig], useFactory: (config) => (config as TransientConfig).options }),
    ).resolves.toBeUndefined();
  });
});
