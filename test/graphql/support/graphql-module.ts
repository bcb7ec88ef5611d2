import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';

/** GraphQL on Apollo, with a schema that Nest generates. */
export const graphqlModule = (options: Partial<ApolloDriverConfig> = {}): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, ...options });
