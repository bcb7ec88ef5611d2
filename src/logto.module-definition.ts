import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto.options.js';

/** The options with every default filled in. */
export const LOGTO_OPTIONS = Symbol('nestjs-logto:options');

/** The module's extras, of `forRoot` and `forRootAsync` alike. */
export const LOGTO_EXTRAS = Symbol('nestjs-logto:extras');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<LogtoModuleOptions>({ moduleName: 'Logto' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createLogtoOptions')
    .setExtras<LogtoModuleExtras>(
      { global: true, authRoutesPrefix: 'logto', authRoutes: true, authRoutesDecorators: [] },
      (definition, extras) => ({
        ...definition,
        global: extras.global ?? true,
        providers: [...(definition.providers ?? []), { provide: LOGTO_EXTRAS, useValue: extras }],
      }),
    )
    .build();
