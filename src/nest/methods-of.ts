import type { Type } from '@nestjs/common';

/** A method of a controller, a resolver or a gateway. */
export type Method = (...parameters: unknown[]) => unknown;

/** The methods of a class by their names, those that it inherits included. */
export function methodsOf(type: Type): [string, Method][] {
  const methods = new Map<string, Method>();
  for (let prototype: unknown = type.prototype; prototype && prototype !== Object.prototype;) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name))
        methods.set(name, value as Method);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...methods];
}
