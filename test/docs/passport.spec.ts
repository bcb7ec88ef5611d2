import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LogtoGuard } from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { Page } from './support/page.js';
import { runMain } from './support/run-main.js';

const page = await Page.open('docs/how-to/passport.md');
const issuer = await startIssuer();
const apiKey = { headers: { 'x-api-key': 'the-key-of-acme' } };
process.env.API_KEY = apiKey.headers['x-api-key'];

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
