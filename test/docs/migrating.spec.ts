import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, type Type } from '@nestjs/common';
import type { Request } from 'express';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { application, startIssuer, things } from '../support/logto/issuer.js';
import { mountedByApp } from '../support/app/session-mounts.js';
import { Page } from './support/page.js';
import { runMain } from './support/run-main.js';

const page = await Page.open('docs/migrating-from-logto-express.md');
const issuer = await startIssuer();

/** The controller of a block, whatever its name. */
async function controllerOf(name: string): Promise<Type> {
  const exported = await page.run<Record<string, Type>>(`class ${name}`);
  const controller = exported[name];
  if (controller === undefined) throw new Error(`The block exports no ${name}`);
  return controller;
}

async function startWith(name: string, logto: TestAppParts['logto'] = {}): Promise<TestApp> {
  return startApp({ issuer, controllers: [await controllerOf(name)], logto });
}

describe('Migrating from @logto/express', () => {
  it('puts the configuration into forRoot, and has the routes of handleAuthRoutes', async () => {
    const port = await freePort();
    const { AppModule } = await page.run<{ AppModule: Type }>('LogtoModule.forRoot', {
      replace: {
        'https://your-tenant.logto.app': issuer.endpoint,
        'your-application-id': application.id,
        'your-application-secret': application.secret,
        'http://localhost:3000': `http://localhost:${port}`,
      },
    });
    const controllers = [await controllerOf('UserController')];
    const app = await startApp({ issuer, port, controllers, register: () => ({ module: AppModule }) });
    const browser = app.browser();

    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.signIn(issuer)).location).toBe(`${app.baseUrl}/`);
    expect((await browser.fetch('/user')).json()).toMatchObject({
      isAuthenticated: true,
      claims: { sub: 'ada' },
    });
    expect((await browser.open('/logto/sign-up')).location).toContain('first_screen=register');
    expect((await browser.post('/logto/sign-out')).text).toContain('/session/end');
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await browser.open('/logto/unknown')).status).toBe(404);
  });

  it('signs out by the link of the tutorial', async () => {
    const app = await startWith('UserController');
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.open('/logto/sign-out')).location).toContain('/session/end');
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it('protects routes with LogtoGuard instead of requireAuth', async () => {
    const app = await startWith('ProtectedController');
    const browser = app.browser();
    expect((await browser.open('/protected')).location).toBe(
      `${app.baseUrl}/logto/sign-in?returnTo=%2Fprotected`,
    );
    expect((await browser.fetch('/protected')).status).toBe(401);
    await browser.signIn(issuer);
    expect((await browser.open('/protected')).text).toBe('protected');
  });

  it('fetches user info', async () => {
    const app = await startWith('UserInfoController', { scopes: ['email', 'custom_data'] });
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.fetch('/user-info')).json()).toMatchObject({
      email: 'ada@example.com',
      custom_data: { plan: 'pro' },
    });
  });

  it('gets access tokens in the context, or from LogtoService', async () => {
    const controllers = [await controllerOf('AccessTokenController'), await controllerOf('ThingsController')];
    const logto = { resources: [things.indicator], scopes: ['read:things'] };
    const browser = await (await startApp({ issuer, controllers, logto })).signedInBrowser(issuer);
    const { accessToken } = (await browser.fetch('/fetch-access-token')).json<{ accessToken: string }>();
    expect(accessToken.split('.')).toHaveLength(3);
    expect((await browser.fetch('/things')).json()).toEqual(['read:things']);
  });

  it('gets organization tokens', async () => {
    const app = await startWith('OrganizationsController', { scopes: ['urn:logto:scope:organizations'] });
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.fetch('/organizations')).json()).toEqual({ org_1: expect.any(String) });
  });

  it('has the constants and helpers', async () => {
    expect(await page.run('buildOrganizationUrn(')).toMatchObject({
      scopes: ['email', 'roles', 'urn:logto:scope:organizations'],
      prompt: ['login', 'consent'],
      audience: 'urn:logto:organization:acme',
      organization: 'acme',
    });
  });

  it('replaces the error page with a filter', async () => {
    const { LogtoErrorFilter } = await page.run<{ LogtoErrorFilter: Type }>('class LogtoErrorFilter');
    const app = await startApp({
      issuer,
      controllers: [await controllerOf('ProtectedController')],
      configure: (nest) => nest.useGlobalFilters(new LogtoErrorFilter()),
    });
    expect((await app.browser().fetch('/protected')).json()).toMatchObject({ error: 'not_authenticated' });
    const redirect = await app.browser().open('/protected');
    expect([redirect.status, redirect.location]).toEqual([302, expect.stringContaining('/logto/sign-in')]);
  });
});

describe('The main.ts of an app that migrates', () => {
  it('may keep its own session', async () => {
    process.env.SESSION_SECRET = 'the-session-secret-of-the-page';
    const browser = await runMain(page, 'session({', { issuer });
    await browser.signIn(issuer);
    const user = await browser.fetch('/user');
    expect(user.json()).toMatchObject({ claims: { sub: 'ada' } });
    expect(browser.cookies.header(user.url)).toContain('connect.sid=');
  });

  it('may keep requireAuth', async () => {
    const browser = await runMain(page, 'requireAuth: RequestHandler', {
      issuer,
      options: `session: { secret: 'another-long-secret' }`,
    });
    expect((await browser.open('/admin')).location).toMatch(/\/logto\/sign-in$/);
    await browser.signIn(issuer);
    expect((await browser.open('/admin')).text).toBe('admin');
  });
});

describe('A session of @logto/express', () => {
  @Controller()
  class OldSessionController {
    @Get('old')
    old(@Req() request: Request): string {
      Object.assign(request.session, {
        idToken: 'header.payload.signature',
        accessToken: '{}',
        cart: 'a book',
      });
      return 'stored';
    }

    @Get('now')
    now(@Req() request: Request): unknown {
      return { user: request.user, cart: (request.session as { cart?: string }).cart };
    }
  }

  it('is anonymous, and keeps the data of the app over the sign-in', async () => {
    const app = await startApp({ issuer, controllers: [OldSessionController], ...mountedByApp() });
    const browser = app.browser();
    await browser.fetch('/old');
    expect((await browser.fetch('/now')).json()).toEqual({
      user: { isAuthenticated: false },
      cart: 'a book',
    });
    await browser.signIn(issuer);
    expect((await browser.fetch('/now')).json()).toMatchObject({
      user: { isAuthenticated: true },
      cart: 'a book',
    });
    await browser.post('/logto/sign-out');
    expect((await browser.fetch('/now')).json()).toEqual({ user: { isAuthenticated: false } });
  });
});
