import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';

/** A method of a controller, a resolver or a gateway. */
export type Method = (...parameters: unknown[]) => unknown;

/**
 * The methods of a class by name, inherited ones included: those among which Nest looks for handlers.
 *
 * Undocumented: `MetadataScanner`, which @nestjs/core exports. This can go when the `DiscoveryService` returns methods.
 */
export function methodsOf({ prototype }: Type<Record<string, Method>>): [string, Method][] {
  const names = new MetadataScanner().getAllMethodNames(prototype);
  return names.map((name) => [name, (prototype as Record<string, Method>)[name] as Method]);
}
