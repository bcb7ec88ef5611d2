import type { Type } from '@nestjs/common';

/**
 * Whether a value is a class with `@Module()`.
 *
 * Undocumented: the keys of the metadata that `@Module()` writes. This can go when Nest exports a way to read them.
 */
export function isModuleClass(value: unknown): value is Type {
  return (
    typeof value === 'function' &&
    ['imports', 'providers', 'controllers', 'exports'].some((key) => Reflect.hasOwnMetadata(key, value))
  );
}
