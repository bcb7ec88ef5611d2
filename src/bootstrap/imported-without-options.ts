import type { FactoryProvider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { MODULE_OPTIONS_TOKEN } from '../logto.module-definition.js';

/**
 * Stands where `forRoot` and `forRootAsync` put the options: a bare `imports: [LogtoModule]`, which feature modules
 * often have for other libraries, leaves it there. Nest would only say that it cannot resolve a symbol.
 */
export const importedWithoutOptions: FactoryProvider = {
  provide: MODULE_OPTIONS_TOKEN,
  inject: [ModulesContainer],
  useFactory: (modules: ModulesContainer): never => {
    const importers = [...modules.values()]
      .filter(({ imports }) => [...imports].some((imported) => isWithoutOptions(imported)))
      .map(({ name }) => name);
    throw new LogtoSetupException(
      'invalid_options',
      `LogtoModule is imported without options, in ${importers.join(' and ')}. Call LogtoModule.forRoot or forRootAsync ` +
        'once, in the root module: it is global, so every other module sees LogtoService and the guards without ' +
        'importing it. Drop the import there.',
    );
  },
};

/** Whether a module of the app is a bare `LogtoModule`. */
export function isWithoutOptions({
  providers,
}: {
  providers: ReadonlyMap<unknown, { metatype: unknown }>;
}): boolean {
  return providers.get(MODULE_OPTIONS_TOKEN)?.metatype === importedWithoutOptions.useFactory;
}
