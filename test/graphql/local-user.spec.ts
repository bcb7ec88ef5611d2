import { describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { AuthUser, LocalUser, LogtoGuard, WithLogto } from 'nestjs-logto';
import { accessTenant } from '../guard/support/access-tenant.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { Users } from '../hooks/support/users.js';
import { startApp } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { tokenOptions } from '../support/app/token-app.js';
import { graphqlModule } from './support/graphql-module.js';
import { postQuery } from './support/post-query.js';

@Resolver()
class LocalUserFields {
  @Query(() => String)
  open(@AuthUser('localUser') user: LocalUser | undefined): string {
    return JSON.stringify(user ?? null);
  }

  @Query(() => String)
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  local(@AuthUser('localUser') user: LocalUser): string {
    return JSON.stringify(user);
  }
}

describe('The local user of a GraphQL field', () => {
  const tenant = accessTenant();

  it('is that of the session or the bearer token', async () => {
    const app = await startApp({
      issuer: tenant.issuer,
      imports: [graphqlModule()],
      providers: [LocalUserFields, Users],
      logto: { ...tokenOptions, api: { audience: resource } },
    });
    const users = app.app.get(Users);
    const { browser } = await signedInBrowser(app, tenant.issuer, 'ada');
    const authorization = `Bearer ${await tenant.tokens.ofUser('bob', { resource })}`;
    const ofSession = JSON.stringify({ id: 1, sub: 'ada' });
    users.result = () => ({ id: 2 });

    expect((await postQuery(browser, '{ open local }')).json()).toEqual({
      data: { open: ofSession, local: ofSession },
    });
    expect((await postQuery(browser, '{ open local }', { authorization })).json()).toEqual({
      data: { open: ofSession, local: JSON.stringify({ id: 2 }) },
    });
  });

  it('denies the field whose bearer token has no local user', async () => {
    const app = await startApp({
      issuer: tenant.issuer,
      imports: [graphqlModule()],
      providers: [LocalUserFields, Users],
      logto: { ...tokenOptions, api: { audience: resource } },
    });
    app.app.get(Users).result = () => null;
    const authorization = `Bearer ${await tenant.tokens.ofUser('bob', { resource })}`;
    const answer = (await postQuery(app.browser(), '{ local }', { authorization })).json<{
      errors: { extensions: object }[];
    }>();

    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      originalError: { status: 403, code: 'user_not_allowed' },
    });
  });
});
