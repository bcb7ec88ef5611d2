import type { DiscoveryService } from '@nestjs/core';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * Whether a provider or controller has exactly one instance, which Nest has created at startup.
 *
 * Undocumented: what the `InstanceWrapper` knows of scopes. This can go when the `DiscoveryService` tells the scope.
 */
export function isSingleton(provider: Wrapper): boolean {
  return !isRequestScoped(provider) && !provider.isTransient;
}

/** Whether a provider or controller is request-scoped, or depends on a provider that is. */
export function isRequestScoped(provider: Wrapper): boolean {
  return !provider.isDependencyTreeStatic();
}
