import type { INestApplication, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { moduleMissing } from '../nest/module-missing.js';

/**
 * Returns what LogtoModule provides in an app. `app.get()` would end the process of an app without the module.
 * @param caller the function that needs it, for the message
 * @throws LogtoSetupException `module_missing`
 */
export function providedBy<T>(
  app: INestApplication,
  type: Type<T> | (abstract new () => T),
  caller: string,
): T {
  for (const { providers } of app.get(ModulesContainer, { strict: false }).values()) {
    const instance: unknown = providers.get(type as Type<T>)?.instance;
    if (instance) return instance as T;
  }
  throw moduleMissing(caller);
}
