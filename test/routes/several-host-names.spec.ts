import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Query, Redirect, Req } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoService } from 'nestjs-logto';
import { startApp, type TestApp } from '../support/app/app.js';
import { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

/** Signs users in at the host name of the request. */
@Controller('auth')
class HostRoutesController {
  constructor(private readonly logto: LogtoService) {}

  @Get('sign-in')
  @Redirect()
  async signIn(@Req() request: Request, @Query('returnTo') returnTo: string): Promise<{ url: string }> {
    const { href } = await this.logto.signIn(request, {
      returnTo,
      redirectUri: `http://${request.headers.host}/auth/sign-in-callback`,
    });
    return { url: href };
  }

  @Get('sign-in-callback')
  @Redirect()
  async signInCallback(@Req() request: Request): Promise<{ url: string }> {
    return { url: (await this.logto.handleSignInCallback(request)).returnTo };
  }
}

const issuer = await startIssuer();

/** `localhost` is the name in `baseUrl`; browsers keep the cookies of `127.0.0.1` apart. */
describe('An app with a second host name', () => {
  let app: TestApp;
  let second: Browser;
  let secondOrigin: string;

  beforeEach(async () => {
    app = await startApp({
      issuer,
      controllers: [PagesController, HostRoutesController],
      logto: { authRoutes: false, authRoutesPrefix: 'auth' },
    });
    secondOrigin = app.baseUrl.replace('localhost', '127.0.0.1');
    second = new Browser(secondOrigin);
  });

  it('signs users in there when its own routes use the callback of that name', async () => {
    const refused = await second.open('/protected?tab=1');
    expect(refused.location).toBe(`${secondOrigin}/auth/sign-in?returnTo=%2Fprotected%3Ftab%3D1`);

    const { location = '' } = await second.open(refused.location ?? '');
    const callback = await issuer.signIn(location, { username: 'ada', cookies: second.cookies });
    expect(callback.origin).toBe(secondOrigin);
    expect((await second.open(callback.href)).location).toBe(`${secondOrigin}/protected?tab=1`);
    expect((await second.open('/protected')).text).toBe('hello ada');
  });

  it('does not share sessions between the two names', async () => {
    const first = app.browser();
    const { location = '' } = await first.open('/auth/sign-in?returnTo=/protected');
    await first.open((await issuer.signIn(location, { username: 'ada', cookies: first.cookies })).href);

    expect((await first.open('/protected')).text).toBe('hello ada');
    expect((await second.open('/user')).json()).toEqual({ isAuthenticated: false });
  });
});
