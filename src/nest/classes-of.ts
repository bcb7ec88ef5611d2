import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';

/**
 * The controllers and providers of an app that are classes, each once.
 *
 * Undocumented: `metatype` is a class, or the function of a factory. This can go when the `DiscoveryService` returns classes.
 */
export function classesOf(discovery: DiscoveryService): Type[] {
  const wrappers = [...discovery.getControllers(), ...discovery.getProviders()];
  const classes = wrappers.flatMap(({ metatype }) =>
    typeof metatype === 'function' && metatype.prototype ? [metatype as Type] : [],
  );
  return [...new Set(classes)];
}

/** The controllers of an app, each once. */
export function controllersOf(discovery: DiscoveryService): Type[] {
  return [...new Set(discovery.getControllers().map(({ metatype }) => metatype as Type))];
}
