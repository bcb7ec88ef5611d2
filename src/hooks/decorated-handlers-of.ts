import type { DiscoveryService } from '@nestjs/core';
import { decoratedMethodsOf } from '../nest/decorated-methods-of.js';
import { callerOf, hookProvidersOf, type HookHandler, type HookProvider } from './hook-provider.js';

/** A method that a decorator of the module marks as a handler. */
export interface DecoratedHandler<Metadata> extends HookHandler, Pick<HookProvider, 'isSingleton'> {
  /** `UsersService.provision` */
  readonly name: string;
  readonly metadata: Metadata;
}

/**
 * The handlers of the app's providers and controllers, in the order of Nest's providers.
 * @param metadataOf what the decorator has stored on a method. `undefined` without the decorator
 */
export function decoratedHandlersOf<Metadata>(
  discovery: DiscoveryService,
  metadataOf: (method: object) => Metadata | undefined,
): DecoratedHandler<Metadata>[] {
  return hookProvidersOf(discovery).flatMap(({ type, instance, isSingleton }) =>
    decoratedMethodsOf(type).flatMap(([method, decorated]) => {
      const metadata = metadataOf(decorated);
      if (metadata === undefined) return [];
      return [{ name: `${type.name}.${method}`, metadata, isSingleton, call: callerOf(instance, method) }];
    }),
  );
}
