import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { hasNoOptions } from './missing-options.provider.js';

/**
 * Fails if an app registers LogtoModule more than once.
 * @param type LogtoModule
 * @throws LogtoSetupException `module_registered_twice`
 */
export function assertRegisteredOnce(modules: ModulesContainer, type: Type): void {
  const registered = [...modules.values()].filter(
    (module) =>
      (module.metatype === type || module.metatype.prototype instanceof type) && !hasNoOptions(module),
  );
  if (registered.length === 1) return;
  throw new LogtoSetupException(
    'module_registered_twice',
    'LogtoModule is registered more than once. Call LogtoModule.forRoot or forRootAsync once, in the root module: ' +
      'it is global, so every other module sees LogtoService and the guards without importing it.',
  );
}
