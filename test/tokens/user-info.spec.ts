import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { startIssuer } from '../support/issuer.js';
import { startTokenApp, tokenTenant } from '../support/token-app.js';

describe('User info', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let caching: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    app = await startTokenApp({ issuer });
    caching = await startTokenApp({ issuer, logto: { userInfoTtl: 60 } });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace' });
  });

  afterAll(async () => {
    restoreTime();
    await caching.close();
    await app.close();
    await issuer.close();
  });

  it('brings what only the userinfo endpoint tells', async () => {
    expect((await browser.fetch('/user-info')).json()).toMatchObject({
      sub: 'ada',
      organization_data: [{ id: 'org_1', name: 'Org One' }],
    });
  });

  it('is asked for once a request, however many want it', async () => {
    const [one, other] = (await browser.fetch('/user-info-twice')).json<unknown[]>();
    expect(one).toEqual(other);
    expect(issuer.countRequests('userinfo')).toBe(1);
  });

  it('of another user is refused', async () => {
    issuer.failNext('userinfo', {
      transform: (response) => ({ ...response, body: response.body.replace('"ada"', '"bob"') }),
    });
    const refused = await browser.fetch('/user-info');
    expect([refused.status, refused.json()]).toMatchObject([503, { code: 'user_info_invalid' }]);
  });

  it('with an access token that Logto no longer takes gets a new one, once, also for 20 requests at once', async () => {
    issuer.expireAccessTokens('ada');
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.fetch('/user-info')));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('that is refused with a new token too is an error, not a sign-in to go round in circles with', async () => {
    issuer.failNext('userinfo', {
      times: 2,
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      body: { error: 'invalid_token' },
    });
    const refused = await browser.open('/user-info');
    expect(refused.status).toBe(503);
    expect(issuer.countRequests('userinfo')).toBe(2);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('of a user whose grant is gone ends the sign-in, and the guard asks for a new one', async () => {
    issuer.revokeGrants('ada');
    expect((await browser.fetch('/user-info')).status).toBe(401);
    expect((await browser.open('/user-info')).location).toContain('/logto/sign-in');
  });

  it('that cannot be had now is told as transient, and nobody is signed out', async () => {
    issuer.failNext('userinfo');
    expect((await browser.fetch('/user-info')).status).toBe(503);
    expect((await browser.fetch('/user-info')).status).toBe(200);
  });

  it('is asked for at each request unless told otherwise', async () => {
    await browser.fetch('/user-info');
    await browser.fetch('/user-info');
    expect(issuer.countRequests('userinfo')).toBe(2);
  });

  describe('with userInfoTtl', () => {
    beforeEach(async () => {
      browser = caching.browser();
      await browser.signIn(issuer);
      issuer.resetRequests();
    });

    it('is kept that long, for each user apart', async () => {
      await browser.fetch('/user-info');
      issuer.updateUser('ada', { name: 'Augusta' });
      expect((await browser.fetch('/user-info')).json()).toMatchObject({ name: 'Ada Lovelace' });
      expect(issuer.countRequests('userinfo')).toBe(1);

      const bob = caching.browser();
      await bob.signIn(issuer, 'bob');
      expect((await bob.fetch('/user-info')).json()).toMatchObject({ sub: 'bob' });
      passTime(61);
      expect((await browser.fetch('/user-info')).json()).toMatchObject({ name: 'Augusta' });
    });

    it('is had anew after refresh()', async () => {
      await browser.fetch('/user-info');
      issuer.updateUser('ada', { name: 'Augusta' });
      await browser.fetch('/refresh');
      expect((await browser.fetch('/user-info')).json()).toMatchObject({ name: 'Augusta' });
    });
  });
});
