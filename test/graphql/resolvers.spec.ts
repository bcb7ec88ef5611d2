import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Field, Mutation, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
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
import { LogRecorder } from '../guard/support/log-recorder.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource } from '../support/logto/issuer.js';
import { tokenOptions } from '../support/app/token-app.js';
import { graphqlModule } from './support/graphql-module.js';
import { postQuery } from './support/post-query.js';
import { closeLater } from '../support/runner/leftovers.js';

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
    return user.claims?.sub ?? 'anonymous';
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

/** The data of a query, or the code of its first error. */
async function ask(browser: Browser, query: string, headers?: Record<string, string>): Promise<unknown> {
  const { data, errors } = (await postQuery(browser, query, headers)).json<Answer>();
  return errors ? (errors[0]?.extensions.originalError?.code ?? errors[0]?.message) : data;
}

const fieldResolverEnhancers: ApolloDriverConfig['fieldResolverEnhancers'] = ['guards'];

describe('A GraphQL resolver', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;
  const logs = new LogRecorder();
  let [anonymous, ada, bob]: [Browser, Browser, Browser] = [] as never;

  const start = (parts: Partial<TestAppParts>): Promise<TestApp> =>
    startApp({ issuer, imports: [graphqlModule({ fieldResolverEnhancers })], ...parts });

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
    app = closeLater(
      await start({
        providers: [PeopleResolver],
        configure: (nest) => nest.useLogger(logs),
        logto: {
          ...tokenOptions,
          scopes: [...(tokenOptions.scopes ?? []), UserScope.Email],
          api: { audience: resource },
        },
      }),
    );
    anonymous = app.browser();
    ada = (await signedInBrowser(app, issuer, 'ada')).browser;
    bob = (await signedInBrowser(app, issuer, 'bob')).browser;
  });

  beforeEach(() => issuer.resetRequests());

  afterAll(() => logs.stop());

  it('knows the signed-in user, with or without a guard', async () => {
    expect(await ask(ada, '{ open me { id } }')).toEqual({ open: 'ada', me: { id: 'ada' } });
    expect(await ask(anonymous, '{ open }')).toEqual({ open: 'anonymous' });
    expect(logs.errors).toEqual([]);
  });

  it('denies an anonymous operation with an error code, and does not redirect it', async () => {
    expect(await ask(anonymous, '{ me { id } }')).toBe('not_authenticated');
    expect(await ask(anonymous, '{ me { id } }', { 'sec-fetch-mode': 'navigate' })).toBe('not_authenticated');
  });

  it('reports the refusal in the format that @nestjs/graphql has for HTTP exceptions', async () => {
    const page = await postQuery(anonymous, '{ me { id } }');

    expect(page.status).toBe(200);
    expect(page.json<Answer>().errors).toEqual([
      expect.objectContaining({
        message: 'You are not signed in. Sign in and try again.',
        extensions: expect.objectContaining({
          code: 'UNAUTHENTICATED',
          originalError: expect.objectContaining({ status: 401, code: 'not_authenticated' }),
        }),
      }),
    ]);
  });

  it('checks the requirements of queries and of fields', async () => {
    expect(await ask(ada, '{ administer read people { secret } }')).toEqual({
      administer: 'administered',
      read: 'by session',
      people: [{ secret: 'secret of one' }, { secret: 'secret of two' }],
    });
    expect(await ask(bob, '{ administer }')).toBe('insufficient_role');
    expect(await ask(bob, '{ people { id secret } }')).toBe('insufficient_role');
    expect(await ask(bob, '{ read }')).toBe('insufficient_scope');
    passTime(100);
    expect(await ask(ada, '{ recent }')).toBe('recent_sign_in_required');
    restoreTime();
  });

  it('can take the organization from a header', async () => {
    expect(await ask(ada, '{ organization }', { 'x-org': 'org_1' })).toEqual({ organization: 'within' });
    expect(await ask(ada, '{ organization }', { 'x-org': 'org_2' })).toBe('organization_required');
  });

  it('fetches what @WithLogto asks for', async () => {
    expect(await ask(ada, '{ name }')).toEqual({ name: 'Ada Lovelace' });
  });

  it('accepts bearer tokens', async () => {
    const token = await tokens.ofUser('ada', { resource });
    const bearer = { authorization: `Bearer ${token}` };

    expect(await ask(anonymous, '{ me { id } read }', bearer)).toEqual({
      me: { id: 'ada' },
      read: 'read:things',
    });
    expect(await ask(anonymous, '{ administer }', bearer)).toBe('roles_not_in_token');
    expect(await ask(ada, '{ me { id } }', { authorization: 'Bearer bad' })).toBe('invalid_token');
  });

  it('denies cross-site mutations with a session', async () => {
    const crossSite = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

    expect(await ask(ada, 'mutation { change }', { origin: app.baseUrl })).toEqual({
      change: 'changed by ada',
    });
    expect(await ask(ada, 'mutation { change }', crossSite)).toBe('cross_site_request');
    expect(await ask(anonymous, '{ open }', crossSite)).toEqual({ open: 'anonymous' });
  });

  it('is protected by a global guard, except for what is public', async () => {
    const guarded = closeLater(
      await start({ providers: [GlobalResolver, { provide: APP_GUARD, useClass: LogtoGuard }] }),
    );
    const browser = guarded.browser();

    expect(await ask(browser, '{ open }')).toEqual({ open: 'open' });
    expect(await ask(browser, '{ closed }')).toBe('not_authenticated');
    await browser.signIn(issuer, 'ada');
    expect(await ask(browser, '{ closed }')).toEqual({ closed: 'closed' });
  });

  it('finds the request if the app has its own context function', async () => {
    const context: ApolloDriverConfig['context'] = ({ req, res }: { req: object; res: object }) => ({
      req,
      res,
      more: 'of the app',
    });
    const own = closeLater(
      await start({
        imports: [graphqlModule({ fieldResolverEnhancers, context })],
        providers: [PeopleResolver],
        logto: { api: { audience: resource } },
      }),
    );
    const { browser } = await signedInBrowser(own, issuer, 'ada');

    expect(await ask(browser, '{ me { id } }')).toEqual({ me: { id: 'ada' } });
  });
});
