import type { CanActivate } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';

/**
 * Registers a global guard that runs before those that the app has registered already.
 *
 * Undocumented: `getGlobalGuards()` returns the list itself, not a copy. This can go when global guards have an order.
 */
export function prependGlobalGuard(configuration: ApplicationConfig, guard: CanActivate): void {
  configuration.getGlobalGuards().unshift(guard);
}
