import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';

const issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
const app = await startTokenApp({ issuer });
const caching = await startTokenApp({ issuer, logto: { userInfoTtl: 60 } });

describe('User info', () => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
    issuer.resetRequests();
  });

  afterEach(() => {
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace' });
  });

  afterAll(() => restoreTime());

  it('has claims that only the userinfo endpoint has', async () => {
    expect((await browser.fetch('/user-info')).json()).toMatchObject({
      sub: 'ada',
      organization_data: [{ id: 'org_1', name: 'Org One' }],
    });
  });

  it('is requested once per request of the app', async () => {
    const [one, other] = (await browser.fetch('/user-info-twice')).json<unknown[]>();
    expect(one).toEqual(other);
    expect(issuer.countRequests('userinfo')).toBe(1);
  });

  it('of another user is rejected', async () => {
    issuer.failNext('userinfo', {
      transform: (response) => ({ ...response, body: response.body.replace('"ada"', '"bob"') }),
    });
    const refused = await browser.fetch('/user-info');
    expect([refused.status, refused.json()]).toMatchObject([503, { code: 'user_info_invalid' }]);
  });

  it('is requested with a new access token when Logto rejects the old one, with one refresh for 20 parallel requests', async () => {
    issuer.expireAccessTokens('ada');
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.fetch('/user-info')));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('leads to an error and not to a sign-in loop when Logto rejects the new token as well', async () => {
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

  it('of a user whose grant was revoked ends the sign-in, and the guard asks for a new one', async () => {
    issuer.revokeGrants('ada');
    expect((await browser.fetch('/user-info')).status).toBe(401);
    expect((await browser.open('/user-info')).location).toContain('/logto/sign-in');
  });

  it('leads to 503 while Logto fails, and the user stays signed in', async () => {
    issuer.failNext('userinfo');
    expect((await browser.fetch('/user-info')).status).toBe(503);
    expect((await browser.fetch('/user-info')).status).toBe(200);
  });

  it('is requested for every request by default', async () => {
    await browser.fetch('/user-info');
    await browser.fetch('/user-info');
    expect(issuer.countRequests('userinfo')).toBe(2);
  });

  describe('with userInfoTtl', () => {
    beforeEach(async () => {
      browser = await caching.signedInBrowser(issuer);
      issuer.resetRequests();
    });

    it('is cached for that time for each user', async () => {
      await browser.fetch('/user-info');
      issuer.updateUser('ada', { name: 'Augusta' });
      expect((await browser.fetch('/user-info')).json()).toMatchObject({ name: 'Ada Lovelace' });
      expect(issuer.countRequests('userinfo')).toBe(1);

      const bob = await caching.signedInBrowser(issuer, 'bob');
      expect((await bob.fetch('/user-info')).json()).toMatchObject({ sub: 'bob' });
      passTime(61);
      expect((await browser.fetch('/user-info')).json()).toMatchObject({ name: 'Augusta' });
    });

    it('is renewed after refresh()', async () => {
      await browser.fetch('/user-info');
      issuer.updateUser('ada', { name: 'Augusta' });
      await browser.fetch('/refresh');
      expect((await browser.fetch('/user-info')).json()).toMatchObject({ name: 'Augusta' });
    });
  });
});
