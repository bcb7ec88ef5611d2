import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { LogtoModuleExtras, LogtoModuleOptions } from './options/logto-module-options.js';

/** The options with every default filled in. */
export const LOGTO_OPTIONS = Symbol('nestjs-logto:options');

/** The module's extras, of `forRoot` and `forRootAsync` alike. */
export const LOGTO_EXTRAS = Symbol('nestjs-logto:extras');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<LogtoModuleOptions>({ moduleName: 'Logto' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createLogtoOptions')
    .setExtras<LogtoModuleExtras>(
      { global: true, authRoutesPrefix: 'logto', authRoutes: true, authRoutesDecorators: [] },
      // Nest hands over the options as well, secrets included: only the extras are kept.
      (definition, { global = true, authRoutesPrefix, authRoutes, authRoutesDecorators }) => ({
        ...definition,
        global,
        providers: [
          ...(definition.providers ?? []),
          { provide: LOGTO_EXTRAS, useValue: { global, authRoutesPrefix, authRoutes, authRoutesDecorators } },
        ],
      }),
    )
    .build();
