import { decoratedMethodsOf } from '../nest/decorated-methods-of.js';
import { callerOf, type HookHandler, type HookProvider } from './hook-provider.js';

/** A method that a decorator of the module marks as a handler. */
export interface DecoratedHandler<Metadata> extends HookHandler, Pick<HookProvider, 'isSingleton'> {
  /** `UsersService.provision` */
  readonly name: string;
  readonly metadata: Metadata;
}

/**
 * The handlers of providers and controllers, in their order.
 * @param metadataOf what the decorator has stored on a method. `undefined` without the decorator
 */
export function decoratedHandlersOf<Metadata>(
  providers: readonly HookProvider[],
  metadataOf: (method: object) => Metadata | undefined,
): DecoratedHandler<Metadata>[] {
  return providers.flatMap(({ type, instance, isSingleton }) =>
    decoratedMethodsOf(type).flatMap(([method, decorated]) => {
      const metadata = metadataOf(decorated);
      if (metadata === undefined) return [];
      return [{ name: `${type.name}.${method}`, metadata, isSingleton, call: callerOf(instance, method) }];
    }),
  );
}
