import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Req, UseGuards, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard } from 'nestjs-logto';
import passport from 'passport';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { Page } from '../docs/support/page.js';
import { runMain } from '../docs/support/run-main.js';

const page = await Page.open('docs/how-to/passport.md', 'test/package');
const issuer = await startIssuer();
const apiKey = { headers: { 'x-api-key': 'the-key-of-acme' } };
process.env.API_KEY = apiKey.headers['x-api-key'];

class KeyStrategy extends passport.Strategy {
  override authenticate(request: Request): void {
    if (request.headers['x-key'] === 'right') this.success({ id: 7 });
    else this.fail(401);
  }
}

@Injectable()
class KeyStrategyProvider extends PassportStrategy(KeyStrategy, 'key') {
  validate(): unknown {
    return { id: 7 };
  }
}

@Controller('passport')
class PassportController {
  @Get('key')
  @UseGuards(AuthGuard('key'))
  key(@Req() request: Request, @AuthUser() user: LogtoContext): unknown {
    return { user: request.user, sub: user.claims?.sub };
  }

  @Get('both')
  @UseGuards(AuthGuard('key'), LogtoGuard)
  both(@Req() request: Request, @AuthUser('claims') claims: IdTokenClaims): unknown {
    return { user: request.user, sub: claims.sub };
  }

  @Get('is-authenticated')
  isAuthenticated(@Req() request: Request): unknown {
    return {
      isAuthenticated: (request as unknown as { isAuthenticated(): boolean }).isAuthenticated(),
      user: request.user,
    };
  }
}

describe('Together with Passport,', () => {
  it('an API key and sign-ins protect different routes', async () => {
    const { ApiKeyStrategy, StockController } = await page.run<Record<string, Type>>('class ApiKeyStrategy');
    const parts = { controllers: [StockController as Type], providers: [ApiKeyStrategy as Type] };
    const browser = (await startApp({ issuer, ...parts })).browser();

    expect((await browser.fetch('/stock/export', apiKey)).json()).toEqual({ partner: 'acme' });
    expect((await browser.fetch('/stock/export')).status).toBe(401);
    expect((await browser.fetch('/stock', apiKey)).status).toBe(401);
    await browser.signIn(issuer);
    expect((await browser.fetch('/stock')).text).toBe('stock for ada');
    expect((await browser.fetch('/stock/export', apiKey)).json()).toEqual({ partner: 'acme' });
  });

  it('a global LogtoGuard applies to the routes of strategies too, without @Public()', async () => {
    const { ApiKeyStrategy, StockController } = await page.run<Record<string, Type>>('class ApiKeyStrategy');
    const app = await startApp({
      issuer,
      controllers: [StockController as Type],
      providers: [ApiKeyStrategy as Type, { provide: APP_GUARD, useClass: LogtoGuard }],
    });
    expect((await app.browser().fetch('/stock/export', apiKey)).status).toBe(401);
  });

  it('the sessions of Passport share the session of the module', async () => {
    const browser = await runMain(page, 'passport.session()', {
      issuer,
      options: `session: { secret: 'the-secret-of-the-page' }`,
      modules: { 'login.module': 'LoginModule' },
      files: { 'login.module.ts': loginModule },
    });
    const state = async (): Promise<unknown> => (await browser.fetch('/login/state')).json();

    await browser.fetch('/login');
    expect(await state()).toEqual({ passport: 7 });
    await browser.signIn(issuer);
    expect(await state()).toEqual({ passport: 7, logto: 'ada' });
    await browser.fetch('/login?keep=1');
    expect(await state()).toEqual({ passport: 7, logto: 'ada' });
    await browser.post('/logto/sign-out');
    expect(await state()).toEqual({});

    await browser.signIn(issuer);
    await browser.fetch('/login');
    expect(await state()).toEqual({ passport: 7 });
  });
});

describe('Beside Passport, the module', () => {
  const startPassportApp = () =>
    startApp({
      issuer,
      controllers: [PassportController],
      providers: [KeyStrategyProvider],
      configure: (nest) => nest.use(passport.initialize()),
    });

  it('keeps the two users apart', async () => {
    const browser = (await startPassportApp()).browser();
    const key = { headers: { 'x-key': 'right' } };
    expect((await browser.fetch('/passport/key', key)).json()).toEqual({ user: { id: 7 } });
    expect((await browser.fetch('/passport/key')).status).toBe(401);
    // Passport's user is not signed in at Logto.
    expect((await browser.fetch('/passport/both', key)).status).toBe(401);

    await browser.signIn(issuer);
    expect((await browser.fetch('/passport/key', key)).json()).toEqual({ user: { id: 7 }, sub: 'ada' });
    expect((await browser.fetch('/passport/both', key)).json()).toEqual({ user: { id: 7 }, sub: 'ada' });
    expect((await browser.fetch('/passport/both')).status).toBe(401);
  });

  it('does not make request.isAuthenticated() true for an anonymous request', async () => {
    const browser = (await startPassportApp()).browser();
    expect((await browser.fetch('/passport/is-authenticated')).json()).toEqual({ isAuthenticated: false });

    await browser.signIn(issuer);
    expect((await browser.fetch('/passport/is-authenticated')).json()).toMatchObject({
      isAuthenticated: true,
      user: { claims: { sub: 'ada' } },
    });
  });
});

const loginModule = `
  import { Controller, Get, Module, Query, Req } from '@nestjs/common';
  import { AuthUser, LogtoContext } from 'nestjs-logto';
  @Controller('login')
  class LoginController {
    @Get()
    login(@Req() request: any, @Query('keep') keep?: string) {
      return new Promise((resolve, reject) => {
        const done = (error: unknown) => (error ? reject(error) : resolve('logged in'));
        request.login({ id: 7 }, { keepSessionInfo: keep !== undefined }, done);
      });
    }
    @Get('state')
    state(@Req() request: any, @AuthUser() user: LogtoContext) {
      return { passport: request.user?.id, logto: user.claims?.sub };
    }
  }
  @Module({ controllers: [LoginController] }) export class LoginModule {}`;
