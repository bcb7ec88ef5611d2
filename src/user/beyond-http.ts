import type { ModulesContainer } from '@nestjs/core';

/* Metadata of Nest's packages that has no public name: of gateways, and of GraphQL resolvers. */
const metadata = ['websockets:is_gateway', 'graphql:resolver_type'];

/** Whether an app has handlers that are reached in another way than by an HTTP request of their own. */
export function servesBeyondHttp(modules: ModulesContainer): boolean {
  return [...modules.values()].some(({ providers }) =>
    [...providers.values()].some(
      ({ metatype }) =>
        typeof metatype === 'function' && metadata.some((key) => Reflect.hasMetadata(key, metatype)),
    ),
  );
}
