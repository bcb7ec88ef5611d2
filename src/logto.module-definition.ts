import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { concealed } from './options/concealed.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from './options/logto-module-options.js';
import { authControllerAt } from './routes/auth.controller.js';

/** The module's extras, of `forRoot` and `forRootAsync` alike. */
export const LOGTO_EXTRAS = Symbol('nestjs-logto:extras');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<LogtoModuleOptions>({ moduleName: 'Logto' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createLogtoOptions')
    .setExtras<LogtoModuleExtras>(
      { global: true, authRoutesPrefix: 'logto', authRoutes: true, authRoutesDecorators: [] },
      withExtras,
    )
    .build();

/** @param given the extras; Nest hands over the options as well, secrets included, so only the extras are kept */
function withExtras(definition: DynamicModule, given: LogtoModuleExtras): DynamicModule {
  const { global = true, authRoutesPrefix, authRoutes, authRoutesDecorators } = given;
  const extras = { global, authRoutesPrefix, authRoutes, authRoutesDecorators };
  return {
    ...definition,
    global,
    providers: [
      ...(definition.providers ?? []).map((provider) => withConcealedOptions(provider)),
      { provide: LOGTO_EXTRAS, useValue: extras },
    ],
    controllers: authRoutes === false ? [] : [authControllerAt(extras)],
  };
}

/** Nest keeps the options in its container, where an inspection of the app would show their secrets. */
function withConcealedOptions(provider: Provider): Provider {
  if (!('provide' in provider) || provider.provide !== MODULE_OPTIONS_TOKEN) return provider;
  if ('useValue' in provider)
    return { ...provider, useValue: concealed(provider.useValue as LogtoModuleOptions) };
  if (!('useFactory' in provider)) return provider;
  return {
    ...provider,
    useFactory: async (...parts: unknown[]) => {
      const made: unknown = await provider.useFactory(...parts);
      // Anything that is no object is left for the report of all mistakes.
      return typeof made === 'object' && made !== null ? concealed(made) : made;
    },
  };
}
