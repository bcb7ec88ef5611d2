import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AuthUser, LogtoGuard } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from './support/app.js';
import type { Browser } from './support/browser.js';
import { application, startIssuer } from './support/issuer.js';

@Controller()
class PagesController {
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(@AuthUser('claims') claims: { sub: string }): string {
    return `hello ${claims.sub}`;
  }
}

describe('Back-channel logout by Logto', () => {
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

  function logoutTold(sessionRequired: boolean): void {
    issuer.setApplication({
      ...application,
      backchannelLogoutUri: `${app.baseUrl}/logto/back-channel-logout`,
      backchannelLogoutSessionRequired: sessionRequired,
    });
  }

  afterEach(() => issuer.resetRequests());

  async function signedIn(username = 'ada'): Promise<Browser> {
    const browser = app.browser();
    await browser.signIn(issuer, username);
    expect((await browser.open('/protected')).text).toBe(`hello ${username}`);
    return browser;
  }

  /** Ends the person's session at Logto, without this app having any part in it. */
  async function endAtLogto(browser: Browser): Promise<void> {
    const url = new URL('/oidc/session/end', issuer.endpoint);
    url.searchParams.set('client_id', application.id);
    url.searchParams.set('post_logout_redirect_uri', app.baseUrl);
    await issuer.signOut(url, { cookies: browser.cookies });
  }

  it('ends the session that the logout token names, and no other device of the same user', async () => {
    logoutTold(true);
    const laptop = await signedIn();
    const phone = await signedIn();

    await endAtLogto(laptop);

    expect((await laptop.open('/protected')).status).toBe(302);
    expect((await phone.open('/protected')).text).toBe('hello ada');
  });

  it('ends every session of the user where the token names the user alone', async () => {
    logoutTold(false);
    const laptop = await signedIn();
    const phone = await signedIn();
    const bystander = await signedIn('bob');

    await endAtLogto(laptop);

    expect((await laptop.open('/protected')).status).toBe(302);
    expect((await phone.open('/protected')).status).toBe(302);
    expect((await bystander.open('/protected')).text).toBe('hello bob');
  });

  it('lets the person sign in again afterwards', async () => {
    logoutTold(true);
    const browser = await signedIn();
    await endAtLogto(browser);

    await browser.signIn(issuer);

    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('takes the one that comes because this app itself signed the person out', async () => {
    logoutTold(true);
    const browser = await signedIn();
    const { location } = await browser.open('/logto/sign-out');

    expect(await issuer.signOut(location ?? '', { cookies: browser.cookies })).toEqual(new URL(app.baseUrl));
    expect((await browser.open('/protected')).status).toBe(302);
  });

  it.each([
    ['no token', ''],
    ['no parameter', 'other=1'],
    ['something that is no token', 'logout_token=abc'],
    ['two tokens', 'logout_token=a&logout_token=b'],
  ])('answers 400 to %s, and lets no cache keep it', async (_, body) => {
    const answer = await app.browser().fetch('/logto/back-channel-logout', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'logout_token_invalid' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
