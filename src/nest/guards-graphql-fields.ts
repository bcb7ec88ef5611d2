import type { ModulesContainer } from '@nestjs/core';

const graphqlOptions = 'GqlModuleOptions';

/**
 * Whether @nestjs/graphql runs guards for fields, too: `fieldResolverEnhancers: ["guards"]`.
 *
 * Undocumented: the token of its options. This can go when @nestjs/graphql exports it.
 */
export function guardsGraphqlFields(modules: ModulesContainer): boolean {
  return [...modules.values()].some(({ providers }) => {
    const options: unknown = providers.get(graphqlOptions)?.instance;
    const { fieldResolverEnhancers = [] } = (options ?? {}) as { fieldResolverEnhancers?: string[] };
    return fieldResolverEnhancers.includes('guards');
  });
}
