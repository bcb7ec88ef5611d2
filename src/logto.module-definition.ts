import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { hideSecrets } from './options/hide-secrets.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from './options/logto-module-options.js';
import { resolveExtras } from './options/resolve/resolve-extras.js';
import { authControllerAt } from './routes/auth.controller.js';
import { resourceMetadataController } from './routes/resource-metadata.controller.js';
import { webhookController } from './webhooks/webhook.controller.js';

/** Injects the module's extras. */
export const LOGTO_EXTRAS = Symbol('nestjs-logto:extras');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<LogtoModuleOptions>({ moduleName: 'Logto' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createLogtoOptions')
    .setExtras<LogtoModuleExtras>(resolveExtras(), withExtras)
    .build();

function withExtras(definition: DynamicModule, given: LogtoModuleExtras): DynamicModule {
  const extras = resolveExtras(given);
  return {
    ...definition,
    global: extras.global,
    providers: [
      ...(definition.providers ?? []).map((provider) => hideOptionSecrets(provider)),
      { provide: LOGTO_EXTRAS, useValue: extras },
    ],
    controllers: [
      ...(extras.authRoutes ? [authControllerAt(extras)] : []),
      webhookController(extras),
      resourceMetadataController(extras),
    ],
  };
}

/** Hides the secrets of the options. Nest keeps the options in its container, and tools that inspect the app show them. */
function hideOptionSecrets(provider: Provider): Provider {
  if (!('provide' in provider) || provider.provide !== MODULE_OPTIONS_TOKEN) return provider;
  if ('useValue' in provider)
    return { ...provider, useValue: hideSecrets(provider.useValue as LogtoModuleOptions) };
  if (!('useFactory' in provider)) return provider;
  return {
    ...provider,
    useFactory: async (...dependencies: unknown[]) => {
      const options: unknown = await provider.useFactory(...dependencies);
      // `resolveLogtoOptions` reports options that are not an object.
      return typeof options === 'object' && options !== null ? hideSecrets(options) : options;
    },
  };
}
