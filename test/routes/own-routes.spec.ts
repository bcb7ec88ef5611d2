import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Redirect, Req } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoService } from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import { AuthRoutesController } from '../support/controllers/auth-routes.controller.js';
import { expectRoundTrip } from '../support/requests/expect-round-trip.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { SignInController } from '../support/controllers/sign-in.controller.js';

const issuer = await startIssuer();

describe('An app that writes its own sign-in routes', () => {
  it('may have them at any path', async () => {
    const app = await startApp({
      issuer,
      controllers: [PagesController, SignInController],
      logto: { authRoutes: false },
    });
    const browser = app.browser();

    expect((await browser.open('/logto/sign-in')).status).toBe(404);
    const { location = '' } = await browser.open('/enter?to=/protected');
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
    expect(callback.pathname).toBe('/entered');
    expect((await browser.open(callback.href)).location).toBe(`${app.baseUrl}/protected`);
    expect((await browser.open('/protected')).text).toBe('hello ada');
    await browser.post('/leave');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
  });

  it('may have them at the paths to which the guard redirects', async () => {
    const app = await startApp({
      issuer,
      controllers: [PagesController, AuthRoutesController],
      logto: { authRoutes: false, authRoutesPrefix: 'auth' },
      configure: (nest) => nest.setGlobalPrefix('api'),
    });

    await expectRoundTrip(issuer, { origin: app.baseUrl, page: '/api/protected', routes: '/auth' });
  });

  it.each([
    '/entered',
    'entered',
    'http://localhost:1/entered?tenant=a',
    'myapp://entered',
    'http://localhost:1/#a',
  ])('cannot use the redirect URI %s: the code could not be exchanged there', async (redirectUri) => {
    @Controller()
    class SignInElsewhereController {
      constructor(private readonly logto: LogtoService) {}

      @Get('sign-in')
      async signIn(@Req() request: Request): Promise<string> {
        return (await this.logto.signIn(request, { redirectUri })).href;
      }
    }
    const app = await startApp({ issuer, controllers: [SignInElsewhereController] });
    const page = await app.browser().fetch('/sign-in');

    expect([page.status, page.json().code, page.headers.getSetCookie()]).toEqual([
      500,
      'invalid_options',
      [],
    ]);
    expect(page.json().detail).toMatch(/redirectUri.*absolute.*returnTo/);
  });

  it('may start a sign-in with a one-time token (a magic link)', async () => {
    @Controller()
    class MagicLinkController {
      constructor(private readonly logto: LogtoService) {}

      @Get('magic-link')
      @Redirect()
      async magicLink(@Req() request: Request): Promise<{ url: string }> {
        const oneTimeToken = issuer.createOneTimeToken('ada@example.com');
        const options = { oneTimeToken, loginHint: 'ada@example.com' };
        return { url: (await this.logto.signIn(request, options)).href };
      }
    }
    const app = await startApp({ issuer, controllers: [PagesController, MagicLinkController] });
    const browser = app.browser();

    const { location = '' } = await browser.open('/magic-link');
    expect(new URL(location).searchParams.has('one_time_token')).toBe(true);
    // The token decides, not the user whom the page is given.
    await browser.open((await issuer.signIn(location, { username: 'bob', cookies: browser.cookies })).href);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });
});
