import { afterEach, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { ModulesContainer } from '@nestjs/core';
import { GraphQLModule, ResolveField, Resolver } from '@nestjs/graphql';
import { Test, type TestingModule } from '@nestjs/testing';
import { isGraphqlField } from '../../src/nest/handler-kind.js';
import { guardsGraphqlFields } from '../../src/nest/guards-graphql-fields.js';

describe('Guards for GraphQL fields', () => {
  let module: TestingModule | undefined;

  afterEach(() => module?.close());

  async function modulesWith(options: Partial<ApolloDriverConfig>): Promise<ModulesContainer> {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, ...options });
    module = await Test.createTestingModule({ imports: [graphql] }).compile();
    return module.get(ModulesContainer, { strict: false });
  }

  it('run if the options of GraphQLModule enable them', async () => {
    expect(guardsGraphqlFields(await modulesWith({ fieldResolverEnhancers: ['guards'] }))).toBe(true);
  });

  it('do not run by default', async () => {
    expect(guardsGraphqlFields(await modulesWith({}))).toBe(false);
  });

  it('apply to the methods that `@ResolveField()` marks', () => {
    @Resolver()
    class CardResolver {
      @ResolveField()
      title(): string {
        return 'title';
      }

      other(): void {}
    }

    const { title, other } = CardResolver.prototype;
    expect([title, other].map((method) => isGraphqlField(method))).toEqual([true, false]);
  });
});
