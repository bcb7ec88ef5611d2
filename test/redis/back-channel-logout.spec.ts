import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { application, startIssuer } from '../support/logto/issuer.js';
import { tokenTenant } from '../support/app/token-app.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('Back-channel logout with two instances on one Redis', () => {
  let issuer: LogtoEmulator;
  let one: Instance;
  let other: Instance;

  beforeAll(async () => {
    const redis = closeLater(await RedisServer.start());
    issuer = await startIssuer(tokenTenant);
    one = closeLater(await startInstance({ issuer, url: redis.url }));
    other = closeLater(await startInstance({ issuer, url: redis.url, instanceOf: one }));
    issuer.setApplication({
      ...application,
      backchannelLogoutUri: `${one.baseUrl}/logto/back-channel-logout`,
      backchannelLogoutSessionRequired: true,
    });
  });

  const endSession = (): URL => {
    const url = new URL('/oidc/session/end', issuer.endpoint);
    url.searchParams.set('client_id', application.id);
    url.searchParams.set('post_logout_redirect_uri', one.baseUrl);
    return url;
  };

  it('ends the session on both when the logout token reaches one', async () => {
    const browser = one.browser();
    await browser.signIn(issuer);
    expect((await browser.fetch(`${other.baseUrl}/token`)).status).toBe(200);

    await issuer.signOut(endSession(), { cookies: browser.cookies });

    expect((await browser.fetch(`${other.baseUrl}/token`)).status).toBe(401);
    expect((await browser.fetch(`${one.baseUrl}/token`)).status).toBe(401);
  });

  it('leaves no session and no tokens behind', async () => {
    const browser = one.browser();
    await browser.signIn(issuer);
    const before = new Set(await one.redis.keys('*'));
    expect([...before].filter((key) => key.includes('logto-tokens-')).length).toBeGreaterThan(0);

    await issuer.signOut(endSession(), { cookies: browser.cookies });

    const left = await one.redis.keys('*');
    expect(left.filter((key) => key.includes('logto-tokens-'))).toEqual([]);
    const sessions = left.filter((key) => !/logto-(?:ended|sign-ins|logout|callback)-/.test(key));
    expect(sessions).toEqual([]);
  });
});
