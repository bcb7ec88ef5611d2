import type { ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';

/** The log. It is not injected, because without LogtoModule there is no provider. */
const log = new OperatorLog();

/**
 * The error for a part of this library in an app that does not import LogtoModule.
 * @param part the class or decorator: `@AuthUser()`
 */
export function moduleMissing(part: string): LogtoSetupException {
  return new LogtoSetupException(
    'module_missing',
    `${part} finds no LogtoModule. Import LogtoModule.forRoot({ … }) once, in the root module of the app; with ` +
      '`global: false`, import the module that exports it here too. In a test import LogtoTestingModule.forRoot() of ' +
      'nestjs-logto/testing.',
  );
}

/**
 * The same error for a guard or an interceptor. It names the module that uses it.
 *
 * Undocumented: the `ModulesContainer` of @nestjs/core. This can go when Nest tells an enhancer which module it is in.
 */
export function moduleMissingFor(
  enhancer: object,
  modules: ModulesContainer | undefined,
): LogtoSetupException {
  const host = [...(modules?.values() ?? [])].find(({ injectables, providers }) =>
    [...injectables.values(), ...providers.values()].some(({ instance }) => instance === enhancer),
  );
  return moduleMissing(`${enhancer.constructor.name}${host ? ` in ${host.name}` : ''}`);
}

/** Logs and throws a setup error during a request: Nest does not log an `HttpException`. */
export function logAndThrow(exception: LogtoSetupException): never {
  log.exception(exception);
  throw exception;
}
