import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';

/** A method of a controller, a resolver or a gateway. */
export type Method = (...parameters: unknown[]) => unknown;

/**
 * The methods of a class that have a decorator, by name, inherited ones included: those that may be handlers.
 *
 * Undocumented: `MetadataScanner`, which @nestjs/core exports. This can go when the `DiscoveryService` returns methods.
 */
export function decoratedMethodsOf({ prototype }: Type<Record<string, Method>>): [string, Method][] {
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .map((name): [string, Method] => [name, (prototype as Record<string, Method>)[name] as Method])
    .filter(([, method]) => Reflect.getOwnMetadataKeys(method).length > 0);
}
