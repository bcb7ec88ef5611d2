import type { ModulesContainer } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';

/** An app without the module has no provider to inject. */
const log = new OperatorLog();

/**
 * The error for a class or decorator of this library in an app that does not import LogtoModule.
 * @param user what needs the module: `@AuthUser()`
 */
export function moduleMissing(user: string): LogtoSetupException {
  return new LogtoSetupException(
    'module_missing',
    `${user} finds no LogtoModule. Import LogtoModule.forRoot({ … }) once, in the root module of the app; with ` +
      '`global: false`, import the module that exports it here too. In a test import LogtoTestingModule.forRoot() of ' +
      'nestjs-logto/testing.',
  );
}

/**
 * The same for an enhancer that Nest has made, naming the module that uses it.
 * @param modules every module of the app
 */
export function moduleMissingFor(
  enhancer: object,
  modules: ModulesContainer | undefined,
): LogtoSetupException {
  const user = [...(modules?.values() ?? [])].find(({ injectables, providers }) =>
    [...injectables.values(), ...providers.values()].some(({ instance }) => instance === enhancer),
  );
  return moduleMissing(`${enhancer.constructor.name}${user ? ` in ${user.name}` : ''}`);
}

/**
 * Throws what is wrong with the set-up while a request is being handled. Nest logs no `HttpException`, so it is logged
 * here.
 */
export function refuseSetup(exception: LogtoSetupException): never {
  log.exception(exception);
  throw exception;
}
