import { LogtoSetupException } from '../logto.exceptions.js';

/**
 * Asserts that a decorator is on a method of the instance that Nest creates.
 * @param decorator for the message: `@OnSignIn()`
 * @throws LogtoSetupException `hook_invalid` for a static method
 */
export function assertInstanceMethod(
  decorator: string,
  target: object,
  name: string | symbol,
  value: unknown,
): asserts value is object {
  if (typeof value !== 'function')
    throw new TypeError(`${decorator} is for methods, and "${String(name)}" is not a method.`);
  if (typeof target !== 'function') return;
  throw new LogtoSetupException(
    'hook_invalid',
    `${decorator} is on the static method ${target.name}.${String(name)}. Nest creates an instance of the class: ` +
      'remove `static`.',
  );
}
