import { inspect } from 'node:util';

/** Options that are secrets, or contain some. */
const secretNames = [
  'appSecret',
  'cookieSecret',
  'cookieSecrets',
  'session',
  'client',
  'credentials',
  'encryption',
  'keys',
  'machineToMachine',
  'signingKey',
  'signingKeys',
  'webhooks',
];

/**
 * Copies an object and makes its secrets non-enumerable: `util.inspect`, `JSON.stringify` and spreads leave them out.
 */
export function hideSecrets<T extends object>(options: T): T {
  const copy = { ...options };
  for (const name of secretNames) {
    const descriptor = Object.getOwnPropertyDescriptor(copy, name);
    if (descriptor) Object.defineProperty(copy, name, { ...descriptor, enumerable: false });
  }
  Object.defineProperty(copy, inspect.custom, { value: () => ({ ...copy }), enumerable: false });
  return copy;
}
