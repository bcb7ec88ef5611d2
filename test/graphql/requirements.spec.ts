import { describe, expect, it } from '@jest/globals';
import { UseGuards, type Type } from '@nestjs/common';
import { Query, ResolveField, Resolver } from '@nestjs/graphql';
import { LogtoGuard, RequireRoles } from 'nestjs-logto';
import { recordedStartup } from '../bootstrap/support/recorded-startup.js';
import { unenforcedPlaces, unguarded } from '../bootstrap/support/unenforced-places.js';

@Resolver(() => String)
@UseGuards(LogtoGuard)
class GuardedResolver {
  @Query(() => String)
  secret(): string {
    return 'secret';
  }

  @ResolveField(() => String)
  field(): string {
    return 'field';
  }
}

@Resolver()
class OpenResolver {
  @Query(() => String)
  @RequireRoles('admin')
  secret(): string {
    return 'secret';
  }
}

@Resolver(() => String)
class FieldsResolver {
  @Query(() => String)
  secret(): string {
    return 'secret';
  }

  @ResolveField(() => String)
  @UseGuards(LogtoGuard)
  guarded(): string {
    return 'guarded';
  }

  @ResolveField(() => String)
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  required(): string {
    return 'required';
  }

  @ResolveField(() => String)
  open(): string {
    return 'open';
  }
}

const field = (place: string): string =>
  `${place}: @nestjs/graphql runs no guard for a field. Give GraphQLModule \`fieldResolverEnhancers: ["guards"]\`.`;

describe('At startup the module', () => {
  const startup = recordedStartup();

  it('warns about fields of a guarded class, because guards do not run for fields', async () => {
    await startup.start({ providers: [GuardedResolver] });

    expect(startup.logs.errors).toEqual([]);
    expect(startup.logs.warnings).toEqual([
      'The class of GuardedResolver.field is guarded, but @nestjs/graphql runs no guards for fields, so anyone can call it. ' +
        'Give GraphQLModule `fieldResolverEnhancers: ["guards"]`.',
    ]);
  });

  it.each<[string, Type, string[]]>([
    ['a resolver', OpenResolver, [unguarded('OpenResolver.secret')]],
    [
      'the fields of a resolver',
      FieldsResolver,
      [field('FieldsResolver.guarded'), field('FieldsResolver.required')],
    ],
  ])('throws if no guard enforces a requirement on %s', async (_, resolver, places) => {
    expect(await unenforcedPlaces(startup.start({ providers: [resolver] }))).toEqual(places);
  });
});
