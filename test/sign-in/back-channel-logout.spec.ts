import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, LogtoGuard } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { application, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';

@Controller()
class PagesController {
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(@AuthUser('claims') claims: { sub: string }): string {
    return `hello ${claims.sub}`;
  }

  /** Gives the session another id and keeps what is in it, as apps do that ask for a second factor. */
  @Get('renew')
  @UseGuards(LogtoGuard)
  async renew(@Req() request: Request): Promise<string> {
    const { cookie: _cookie, ...data } = request.session;
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    Object.assign(request.session, data);
    return 'renewed';
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

  it.each([
    ['the session at Logto', true],
    ['the user', false],
  ])(
    'ends a session that the app has given another id, on every instance, by a token that names %s',
    async (_, sessionRequired) => {
      const store = new MemorySessionStore();
      const shared = { issuer, controllers: [PagesController], logto: { session: { ...session, store } } };
      const instance = await startApp(shared);
      const other = await startApp({ ...shared, instanceOf: instance });
      logoutTold(sessionRequired);
      const browser = instance.browser();
      await browser.signIn(issuer);
      expect((await browser.open(`${other.baseUrl}/renew`)).text).toBe('renewed');
      expect((await browser.open(`${other.baseUrl}/protected`)).text).toBe('hello ada');

      // It reaches the instance that knows nothing of the new id.
      issuer.setApplication({
        ...application,
        backchannelLogoutUri: `${instance.baseUrl}/logto/back-channel-logout`,
        backchannelLogoutSessionRequired: sessionRequired,
      });
      await endAtLogto(browser);

      expect((await browser.open(`${other.baseUrl}/protected`)).status).toBe(302);
      await instance.close();
      await other.close();
    },
  );

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
