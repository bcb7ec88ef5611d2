import { inspect } from 'node:util';

const secretNames = [
  'appSecret',
  'cookieSecret',
  'cookieSecrets',
  'session',
  'client',
  'credentials',
  'machineToMachine',
];

/** The same object with its secrets kept out of `util.inspect`, `JSON.stringify` and spreads. */
export function concealed<T extends object>(options: T): T {
  const copy = { ...options };
  for (const name of secretNames) {
    const descriptor = Object.getOwnPropertyDescriptor(copy, name);
    if (descriptor) Object.defineProperty(copy, name, { ...descriptor, enumerable: false });
  }
  Object.defineProperty(copy, inspect.custom, { value: () => ({ ...copy }), enumerable: false });
  return copy;
}
