import { hookDecorators, hookKindsOf } from './hook-metadata.js';

/** The names of a class's static methods that are decorated as hooks, inherited ones included. */
export function staticHooksOf(type: { readonly name: string }): string[] {
  const names: string[] = [];
  for (
    let each: object | null = type;
    each !== null && each !== Function.prototype;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
      if (typeof value !== 'function') continue;
      const decorators = hookKindsOf(value as object).map((kind) => hookDecorators[kind]);
      if (decorators.length > 0) names.push(`${type.name}.${name} (${decorators.join(' and ')})`);
    }
  }
  return names;
}
