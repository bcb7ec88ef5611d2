import { afterEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { Test, type TestingModule } from '@nestjs/testing';
import { guardsGatewaysGlobally } from '../../src/nest/guards-gateways-globally.js';
import { guardsGraphqlFields } from '../../src/nest/guards-graphql-fields.js';

describe('Guards for what is not a route', () => {
  let module: TestingModule | undefined;

  afterEach(() => module?.close());

  async function modulesWith(options: Partial<ApolloDriverConfig>): Promise<ModulesContainer> {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, ...options });
    module = await Test.createTestingModule({ imports: [graphql] }).compile();
    return module.get(ModulesContainer, { strict: false });
  }

  it('run for GraphQL fields where the options of GraphQLModule say so', async () => {
    expect(guardsGraphqlFields(await modulesWith({ fieldResolverEnhancers: ['guards'] }))).toBe(true);
  });

  it('do not run for GraphQL fields by default', async () => {
    expect(guardsGraphqlFields(await modulesWith({}))).toBe(false);
  });

  it('run for gateways from Nest 12 on', async () => {
    const manifest = await readFile('node_modules/@nestjs/core/package.json', 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(guardsGatewaysGlobally(new ApplicationConfig())).toBe(Number.parseInt(version, 10) >= 12);
  });
});
