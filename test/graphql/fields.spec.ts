import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
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
import { BatchingStore } from '../guard/support/batching-store.js';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { session, startApp, type TestApp } from '../support/app/app.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { otherResource, tokenOptions } from '../support/app/token-app.js';
import { graphqlModule } from './support/graphql-module.js';
import { postQuery } from './support/post-query.js';
import { closeLater } from '../support/runner/leftovers.js';

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
    return `administered by ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Query(() => String)
  @UseGuards(LogtoApiGuard)
  api(@AuthUser() user: LogtoContext): string {
    return `api for ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Query(() => String)
  @UseGuards(LogtoApiGuard)
  @OptionalAuth()
  news(@AuthUser() user: LogtoContext): string {
    return `news for ${user.claims?.sub ?? 'anonymous'}`;
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

describe('Fields of the same GraphQL request', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let bobsToken = '';

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    bobsToken = await closeLater(await RealTokens.from(issuer)).ofUser('bob', { resource });
    app = await startApp({
      issuer,
      imports: [graphqlModule()],
      providers: [MixedResolver],
      logto: {
        ...tokenOptions,
        api: { audience: resource },
        session: { ...session, store: new BatchingStore() },
      },
    });
  });

  async function signIn(headers: Record<string, string> = {}): Promise<(query: string) => Promise<unknown>> {
    const { browser } = await signedInBrowser(app, issuer, 'ada');
    return async (query) => {
      const page = await postQuery(browser, query, headers);
      const { data, errors } = page.json<{ data: unknown; errors?: { message: string }[] }>();
      return errors?.map(({ message }) => message) ?? data;
    };
  }

  it('are each resolved for their own user, of the session or of the bearer token', async () => {
    const ask = await signIn({ authorization: `Bearer ${bobsToken}` });
    const expected = { administer: 'administered by ada', api: 'api for bob' };
    // The token is verified in the first round and cached in the second.
    for (let round = 0; round < 2; round += 1) expect(await ask('{ administer api }')).toEqual(expected);
    expect(await ask('{ api administer }')).toEqual(expected);
  });

  it('keep the session next to an optional field for bearer tokens', async () => {
    const ask = await signIn();
    const expected = { administer: 'administered by ada', news: 'news for anonymous' };
    expect(await ask('{ administer news }')).toEqual(expected);
    expect(await ask('{ news administer }')).toEqual(expected);
  });

  it('each get the access token that they ask for', async () => {
    const ask = await signIn();
    const expected = { one: resource, other: otherResource };
    // In the first round each takes a refresh, in the second both are cached.
    for (let round = 0; round < 2; round += 1) expect(await ask('{ one other }')).toEqual(expected);
  });

  it('share one userinfo request, even with other HTTP requests at the same time', async () => {
    const at = await startIssuer({ idTokenClaims: { roles: false } });
    const admins = await startApp({
      issuer: at,
      imports: [graphqlModule()],
      controllers: [AdminsController],
      providers: [AdminResolver],
      logto: { scopes: [UserScope.Roles] },
    });
    const { browser } = await signedInBrowser(admins, at, 'ada');
    at.resetRequests();

    const fields = Array.from({ length: 25 }, (_, index) => `a${index}: admin`).join(' ');
    const answers = await Promise.all([postQuery(browser, `{ ${fields} }`), browser.fetch('/admins')]);

    expect(answers[0].text).toContain('"a24":"admin"');
    expect(answers[1].text).toBe('admins');
    expect(at.countRequests('userinfo')).toBe(1);
  });
});
