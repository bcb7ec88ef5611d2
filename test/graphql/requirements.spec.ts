import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UseGuards, type Type } from '@nestjs/common';
import { Query, ResolveField, Resolver } from '@nestjs/graphql';
import { LogtoGuard, RequireRoles, UserScope } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { LogRecorder } from '../guard/support/log-recorder.js';
import { startApp, type TestApp } from '../support/app.js';
import { resource, startIssuer } from '../support/issuer.js';

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

const unguarded = (place: string): string =>
  `${place}: no guard enforces it. Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).`;
const field = (place: string): string =>
  `${place}: @nestjs/graphql runs no guard for a field. Give GraphQLModule \`fieldResolverEnhancers: ["guards"]\`.`;

describe('At start an app with resolvers', () => {
  let issuer: LogtoEmulator;
  let app: TestApp | undefined;
  let logs: LogRecorder;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  beforeEach(() => {
    logs = new LogRecorder();
  });

  afterEach(async () => {
    await app?.close();
    app = undefined;
    logs.stop();
  });

  afterAll(() => issuer.close());

  async function start(resolver: Type): Promise<void> {
    app = await startApp({
      issuer,
      providers: [resolver],
      logto: {
        api: { audience: resource },
        scopes: [UserScope.Roles, UserScope.Organizations, UserScope.OrganizationRoles],
      },
      configure: (nest) => nest.useLogger(logs),
    });
  }

  it('says which fields of a guarded class may be reached by unguarded queries', async () => {
    await start(GuardedResolver);

    expect(logs.errors).toEqual([]);
    expect(logs.warnings).toEqual([
      'The class of GuardedResolver.field is guarded, but @nestjs/graphql runs no guards for fields, so everybody gets access. ' +
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
  ])('refuses to start where no guard enforces a requirement of %s', async (_, resolver, places) => {
    const error: unknown = await start(resolver).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'authorization_not_enforced',
      message: expect.stringMatching(
        /everybody would get access.*APP_GUARD.*`allowUnenforcedRequirements: true`/s,
      ),
    });
    const { message } = error as Error;
    expect(message.split('\n').flatMap((line) => /^ {2}- (.*)$/.exec(line)?.[1] ?? [])).toEqual(places);
  });
});
