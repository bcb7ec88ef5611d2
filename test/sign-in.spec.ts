import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, Session, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from './support/app.js';
import { startIssuer } from './support/issuer.js';

@Controller()
class PagesController {
  @Get('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('protected')
  @UseGuards(LogtoGuard)
  hello(@AuthUser('claims') claims: IdTokenClaims): string {
    return `hello ${claims.sub}`;
  }

  @Get('cart')
  cart(@Session() session: { cart?: string }): string {
    session.cart = 'a book';
    return session.cart;
  }

  @Get('session')
  session(@Req() request: Request): unknown {
    return { id: request.sessionID, cart: (request.session as { cart?: string }).cart ?? null };
  }
}

describe('Sign-in', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startApp({ issuer, controllers: [PagesController] });
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  it('brings a person from a protected page to Logto and back to that page, signed in', async () => {
    const browser = app.browser();
    const refused = await browser.open('/protected?tab=1');
    expect(refused.status).toBe(302);
    expect(refused.location).toBe(`${app.baseUrl}/logto/sign-in?returnTo=%2Fprotected%3Ftab%3D1`);

    const callback = await browser.signIn(issuer, 'ada', refused.location);
    expect(callback.status).toBe(302);
    expect(callback.location).toBe(`${app.baseUrl}/protected?tab=1`);
    expect((await browser.open('/protected?tab=1')).text).toBe('hello ada');
  });
});
