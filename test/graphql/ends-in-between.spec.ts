import { beforeAll, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { AuthUser, LogtoContext, LogtoGuard, LogtoSessions, OptionalAuth } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { startApp, type TestApp } from '../support/app/app.js';
import { tokenOptions } from '../support/app/token-app.js';
import { WaitingGuard } from '../support/app/waiting.guard.js';
import { Latches } from '../support/runner/latches.js';
import { graphqlModule } from './support/graphql-module.js';
import { postQuery } from './support/post-query.js';

@Resolver()
@UseGuards(LogtoGuard, WaitingGuard)
class OrdersResolver {
  @Query(() => String)
  mine(@AuthUser() user: LogtoContext): string {
    return `orders of ${user.claims?.sub ?? 'anonymous'}`;
  }

  @Query(() => String)
  @OptionalAuth()
  popular(@AuthUser() user: LogtoContext): string {
    return `popular for ${user.claims?.sub ?? 'anonymous'}`;
  }
}

describe('A field whose sign-in ends while another guard decides', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    app = await startApp({
      issuer,
      imports: [graphqlModule()],
      providers: [OrdersResolver, Latches],
      logto: tokenOptions,
    });
  });

  async function askWhileSignedOut(query: string): Promise<unknown> {
    const browser = await app.signedInBrowser(issuer);
    const latch = app.app.get(Latches).create('guard');
    const answer = postQuery(browser, query);
    await latch.reached;
    await app.app.get(LogtoSessions).end({ sub: 'ada' });
    latch.release();
    return (await answer).json();
  }

  it('is denied', async () => {
    expect(await askWhileSignedOut('{ mine }')).toMatchObject({
      errors: [{ extensions: { originalError: { code: 'not_authenticated' } } }],
      data: null,
    });
  });

  it('is anonymous if the guard does not require a user', async () => {
    expect(await askWhileSignedOut('{ popular }')).toEqual({ data: { popular: 'popular for anonymous' } });
  });
});
