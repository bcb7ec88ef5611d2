import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoGuard,
  OptionalAuth,
  RequireRoles,
  UserScope,
  WithLogto,
} from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { PacketStore } from '../guard/support/packet-store.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { session, startApp, type TestApp } from '../support/app.js';
import { resource, startIssuer } from '../support/issuer.js';
import { otherResource, tokenOptions } from '../support/token-app.js';

const audienceOf = ({ accessToken }: LogtoContext): string =>
  accessToken === undefined
    ? 'no token'
    : (JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as { aud: string })
        .aud;

@Resolver()
class MixedResolver {
  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  administer(@AuthUser() user: LogtoContext): string {
    return `administered by ${user.claims?.sub ?? 'nobody'}`;
  }

  @Query(() => String)
  @UseGuards(LogtoApiGuard)
  api(@AuthUser() user: LogtoContext): string {
    return `api for ${user.claims?.sub ?? 'nobody'}`;
  }

  @Query(() => String)
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  news(@AuthUser() user: LogtoContext): string {
    return `news for ${user.claims?.sub ?? 'anybody'}`;
  }

  @Query(() => String)
  @WithLogto({ getAccessToken: true, resource })
  one(@AuthUser() user: LogtoContext): string {
    return audienceOf(user);
  }

  @Query(() => String)
  @WithLogto({ getAccessToken: true, resource: otherResource })
  other(@AuthUser() user: LogtoContext): string {
    return audienceOf(user);
  }
}

@Resolver()
class AdminResolver {
  @Query(() => String)
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  admin(): string {
    return 'admin';
  }
}

@Controller('admins')
class AdminsController {
  @Get()
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  admins(): string {
    return 'admins';
  }
}

const graphql = (): ReturnType<typeof GraphQLModule.forRoot> =>
  GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true });

describe('Fields that share a GraphQL request', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;
  let bobsToken = '';

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
    bobsToken = await tokens.ofUser('bob', { resource });
    app = await startApp({
      issuer,
      imports: [graphql()],
      providers: [MixedResolver],
      logto: {
        ...tokenOptions,
        scopes: [...(tokenOptions.scopes ?? []), UserScope.Roles],
        api: { audience: resource },
        session: { ...session, store: new PacketStore() },
      },
    });
  });

  afterAll(async () => {
    await app.close();
    await tokens.close();
    await issuer.close();
  });

  async function asker(headers: Record<string, string> = {}): Promise<(query: string) => Promise<unknown>> {
    const ada = app.browser();
    await ada.signIn(issuer, 'ada');
    return async (query) => {
      const page = await ada.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      const { data, errors } = page.json<{ data: unknown; errors?: { message: string }[] }>();
      return errors?.map(({ message }) => message) ?? data;
    };
  }

  it('a field that a session has opened is not run as the user of a bearer token', async () => {
    const ask = await asker({ authorization: `Bearer ${bobsToken}` });
    const expected = { administer: 'administered by ada', api: 'api for bob' };
    // The token is verified the first time, and known the second.
    for (let round = 0; round < 2; round += 1) expect(await ask('{ administer api }')).toEqual(expected);
    expect(await ask('{ api administer }')).toEqual(expected);
  });

  it('an optional field for bearer tokens does not sign the others out', async () => {
    const ask = await asker();
    const expected = { administer: 'administered by ada', news: 'news for anybody' };
    expect(await ask('{ administer news }')).toEqual(expected);
    expect(await ask('{ news administer }')).toEqual(expected);
  });

  it('each field has the access token that it asked for', async () => {
    const ask = await asker();
    const expected = { one: resource, other: otherResource };
    // The first time each is had by a refresh of its own, the second both are kept.
    for (let round = 0; round < 2; round += 1) expect(await ask('{ one other }')).toEqual(expected);
  });

  it('are decided by one request for userinfo, together with other requests at the same moment', async () => {
    const at = await startIssuer({ idTokenClaims: { roles: false } });
    const admins = await startApp({
      issuer: at,
      imports: [graphql()],
      controllers: [AdminsController],
      providers: [AdminResolver],
      logto: { scopes: [UserScope.Roles] },
    });
    const ada = admins.browser();
    await ada.signIn(at, 'ada');
    at.resetRequests();

    const fields = Array.from({ length: 25 }, (_, index) => `a${index}: admin`).join(' ');
    const query = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ ${fields} }` }),
    };
    const answers = await Promise.all([ada.fetch('/graphql', query), ada.fetch('/admins')]);

    expect(answers[0].text).toContain('"a24":"admin"');
    expect(answers[1].text).toBe('admins');
    expect(at.countRequests('userinfo')).toBe(1);
    await admins.close();
    await at.close();
  });
});
