import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoGuard,
  Public,
  RequireOrganization,
  RequireRecentSignIn,
  RequireRoles,
  RequireScopes,
  UserInfoResponse,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { resource } from '../support/issuer.js';
import { tokenOptions } from '../support/token-app.js';
import { LogRecorder } from '../guard/support/log-recorder.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';

@ObjectType()
class Person {
  @Field(() => String)
  id!: string;

  @Field(() => String, { nullable: true })
  secret?: string;
}

@Resolver(() => Person)
@WithLogto({ accept: ['session', 'bearer'] })
class PeopleResolver {
  @Query(() => String)
  open(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anybody';
  }

  @Query(() => Person)
  @UseGuards(LogtoGuard)
  me(@AuthUser('claims') claims: IdTokenClaims): Person {
    return { id: claims.sub };
  }

  @Query(() => [Person])
  people(): Person[] {
    return [{ id: 'one' }, { id: 'two' }];
  }

  @ResolveField(() => String, { nullable: true })
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  secret(@Parent() person: Person): string {
    return `secret of ${person.id}`;
  }

  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  administer(): string {
    return 'administered';
  }

  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireScopes('read:things')
  read(@AuthUser('scopes') scopes: string[] | undefined): string {
    return scopes?.join(' ') ?? 'by session';
  }

  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireOrganization({ header: 'x-org' })
  organization(): string {
    return 'within';
  }

  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireRecentSignIn({ maxAge: 60 })
  recent(): string {
    return 'recent';
  }

  @Query(() => String)
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  name(@AuthUser('userInfo') userInfo: UserInfoResponse): string {
    return userInfo.name ?? 'nameless';
  }

  @Mutation(() => String)
  @UseGuards(LogtoGuard)
  change(@AuthUser('claims') claims: IdTokenClaims): string {
    return `changed by ${claims.sub}`;
  }
}

@Resolver()
class GlobalResolver {
  @Query(() => String)
  closed(): string {
    return 'closed';
  }

  @Query(() => String)
  @Public()
  open(): string {
    return 'open';
  }
}

interface Answer {
  data: Record<string, unknown> | null;
  errors?: { message: string; extensions: { originalError?: { code?: string; status?: number } } }[];
}

/** What comes of a query: its data, or the code of its first error. */
async function ask(browser: Browser, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const page = await browser.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = page.json<Answer & Record<string, unknown>>();
  return errors ? (errors[0]?.extensions.originalError?.code ?? errors[0]?.message) : data;
}

const graphql = (): ReturnType<typeof GraphQLModule.forRoot> =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    fieldResolverEnhancers: ['guards'],
  });

describe('GraphQL', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;
  const logs = new LogRecorder();
  let [nobody, ada, bob]: [Browser, Browser, Browser] = [] as never;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
    app = await startApp({
      issuer,
      imports: [graphql()],
      providers: [PeopleResolver],
      configure: (nest) => nest.useLogger(logs),
      logto: {
        ...tokenOptions,
        scopes: [...(tokenOptions.scopes ?? []), UserScope.Email],
        api: { audience: resource },
      },
    });
    [nobody, ada, bob] = [app.browser(), app.browser(), app.browser()];
    await ada.signIn(issuer, 'ada');
    await bob.signIn(issuer, 'bob');
  });

  beforeEach(() => issuer.resetRequests());

  afterAll(async () => {
    await app.close();
    logs.stop();
    await tokens.close();
    await issuer.close();
  });

  it('knows the signed-in user in resolvers, guarded or not', async () => {
    expect(await ask(ada, '{ open me { id } }')).toEqual({ open: 'ada', me: { id: 'ada' } });
    expect(await ask(nobody, '{ open }')).toEqual({ open: 'anybody' });
    expect(logs.errors).toEqual([]);
  });

  it('refuses nobody with the code of the refusal, and redirects no operation', async () => {
    expect(await ask(nobody, '{ me { id } }')).toBe('not_authenticated');
    expect(await ask(nobody, '{ me { id } }', { 'sec-fetch-mode': 'navigate' })).toBe('not_authenticated');
  });

  it('tells refusals as @nestjs/graphql tells every HTTP exception', async () => {
    const page = await nobody.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });

    expect(page.status).toBe(200);
    expect(page.json<Answer & Record<string, unknown>>().errors).toEqual([
      expect.objectContaining({
        message: 'Nobody is signed in. Sign in and try again.',
        extensions: expect.objectContaining({
          code: 'UNAUTHENTICATED',
          originalError: expect.objectContaining({ status: 401, code: 'not_authenticated' }),
        }),
      }),
    ]);
  });

  it('holds users against requirements of queries and of fields', async () => {
    expect(await ask(ada, '{ administer read people { secret } }')).toEqual({
      administer: 'administered',
      read: 'by session',
      people: [{ secret: 'secret of one' }, { secret: 'secret of two' }],
    });
    expect(await ask(bob, '{ administer }')).toBe('insufficient_role');
    expect(await ask(bob, '{ people { id secret } }')).toBe('insufficient_role');
    expect(await ask(bob, '{ read }')).toBe('insufficient_scope');
    expect(await ask(ada, '{ recent }')).toBe('recent_sign_in_required');
  });

  it('finds the organization in a header', async () => {
    expect(await ask(ada, '{ organization }', { 'x-org': 'org_1' })).toEqual({ organization: 'within' });
    expect(await ask(ada, '{ organization }', { 'x-org': 'org_2' })).toBe('organization_required');
  });

  it('fetches what @WithLogto asks for', async () => {
    expect(await ask(ada, '{ name }')).toEqual({ name: 'Ada Lovelace' });
  });

  it('takes bearer tokens', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const bearer = { authorization: `Bearer ${token}` };

    expect(await ask(nobody, '{ me { id } read }', bearer)).toEqual({
      me: { id: 'ada' },
      read: 'read:things',
    });
    expect(await ask(nobody, '{ administer }', bearer)).toBe('roles_not_in_token');
    expect(await ask(ada, '{ me { id } }', { authorization: 'Bearer bad' })).toBe('invalid_token');
  });

  it('refuses operations that another site makes a browser send with the session', async () => {
    const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

    expect(await ask(ada, 'mutation { change }', { origin: app.baseUrl })).toEqual({
      change: 'changed by ada',
    });
    expect(await ask(ada, 'mutation { change }', elsewhere)).toBe('cross_site_request');
    expect(await ask(nobody, '{ open }', elsewhere)).toEqual({ open: 'anybody' });
  });

  it('is guarded by a global guard, but for what is public', async () => {
    const guarded = await startApp({
      issuer,
      imports: [graphql()],
      providers: [GlobalResolver, { provide: APP_GUARD, useClass: LogtoGuard }],
    });
    const browser = guarded.browser();

    expect(await ask(browser, '{ open }')).toEqual({ open: 'open' });
    expect(await ask(browser, '{ closed }')).toBe('not_authenticated');
    await browser.signIn(issuer, 'ada');
    expect(await ask(browser, '{ closed }')).toEqual({ closed: 'closed' });
    await guarded.close();
  });

  it('reads the request wherever the app’s own context function leaves it', async () => {
    const own = await startApp({
      issuer,
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          fieldResolverEnhancers: ['guards'],
          context: ({ req, res }: { req: object; res: object }) => ({ req, res, more: 'of the app' }),
        }),
      ],
      providers: [PeopleResolver],
      logto: { api: { audience: resource } },
    });
    const browser = own.browser();
    await browser.signIn(issuer, 'ada');

    expect(await ask(browser, '{ me { id } }')).toEqual({ me: { id: 'ada' } });
    await own.close();
  });
});
