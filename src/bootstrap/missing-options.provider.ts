import type { FactoryProvider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { MODULE_OPTIONS_TOKEN } from '../logto.module-definition.js';

/**
 * The options of a bare `imports: [LogtoModule]`: an error that says where it is. Without this provider, which `forRoot`
 * and `forRootAsync` replace, Nest would only say that it cannot resolve a symbol.
 */
export const missingOptionsProvider: FactoryProvider = {
  provide: MODULE_OPTIONS_TOKEN,
  inject: [ModulesContainer],
  useFactory: (modules: ModulesContainer): never => {
    const importers = [...modules.values()]
      .filter(({ imports }) => [...imports].some((imported) => hasNoOptions(imported)))
      .map(({ name }) => name);
    throw new LogtoSetupException(
      'invalid_options',
      `LogtoModule is imported without options, in ${importers.join(' and ')}. Call LogtoModule.forRoot or forRootAsync ` +
        'once, in the root module: it is global, so every other module sees LogtoService and the guards without ' +
        'importing it. Remove the import there.',
    );
  },
};

/** Whether a module is a LogtoModule that was imported without options. */
export function hasNoOptions({
  providers,
}: {
  providers: ReadonlyMap<unknown, { metatype: unknown }>;
}): boolean {
  return providers.get(MODULE_OPTIONS_TOKEN)?.metatype === missingOptionsProvider.useFactory;
}
