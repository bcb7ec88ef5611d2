import { beforeAll, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { Field, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { LogtoAcr, LogtoGuard, RequireAuthentication, RequireMfa, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { RealTokens, startAccessIssuer } from '../guard/support/real-tokens.js';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { resource } from '../support/logto/issuer.js';
import { tokenOptions } from '../support/app/token-app.js';
import { graphqlModule } from './support/graphql-module.js';
import { postQuery } from './support/post-query.js';

@ObjectType()
class Account {
  @Field(() => String)
  id!: string;

  @Field(() => String, { nullable: true })
  balance?: string;
}

@Resolver(() => Account)
@WithLogto({ accept: ['session', 'bearer'] })
@UseGuards(LogtoGuard)
class AccountsResolver {
  @Query(() => Account)
  account(): Account {
    return { id: 'one' };
  }

  @ResolveField(() => String, { nullable: true })
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  balance(): string {
    return '100';
  }

  @Query(() => String)
  @RequireMfa()
  payout(): string {
    return 'paid';
  }
}

interface Answer {
  data: unknown;
  errors?: { path: string[]; extensions: { code: string; originalError: Record<string, unknown> } }[];
}

describe('A GraphQL field that requires a second factor', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    app = await startApp({
      issuer,
      imports: [graphqlModule({ fieldResolverEnhancers: ['guards'] })],
      providers: [AccountsResolver],
      logto: { ...tokenOptions, api: { audience: resource } },
    });
    browser = await app.signedInBrowser(issuer);
  });

  const query = '{ account { id balance } payout }';

  it('is denied with what a new sign-in has to ask for, and passes after it', async () => {
    const refused = await postQuery(browser, '{ account { id balance } }');
    expect(refused.json<Answer>().data).toEqual({ account: { id: 'one', balance: null } });
    expect(refused.json<Answer>().errors).toMatchObject([
      {
        path: ['account', 'balance'],
        extensions: {
          code: 'UNAUTHENTICATED',
          originalError: {
            code: 'insufficient_authentication',
            acr_values: LogtoAcr.Mfa,
            max_age: 300,
          },
        },
      },
    ]);

    await browser.signIn(issuer, 'ada', `/logto/sign-in?acr_values=${LogtoAcr.Mfa}&max_age=300`);
    expect((await postQuery(browser, query)).json()).toEqual({
      data: { account: { id: 'one', balance: '100' }, payout: 'paid' },
    });
  });

  it('denies a bearer token with a challenge, and a machine with `user_required`', async () => {
    const tokens = await RealTokens.from(issuer);
    const ask = async (token: string): Promise<Page> =>
      postQuery(app.browser(), '{ payout }', { authorization: `Bearer ${token}` });

    const ofUser = await ask(await tokens.ofUser('ada', { resource }));
    expect(ofUser.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_user_authentication", acr_values="${LogtoAcr.Mfa}"`,
    );
    const ofMachine = await ask(await tokens.ofMachine({ resource }));
    expect(ofMachine.json<Answer>().errors?.[0]?.extensions.originalError).toMatchObject({
      code: 'user_required',
    });
  });
});
