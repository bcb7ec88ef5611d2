import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from '../support/requests/browser.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { otherResource, tokenTenant } from '../support/app/token-app.js';
import { pause } from '../support/requests/waiting.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';
import { closeLater } from '../support/runner/leftovers.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;
const day = 24 * 3600;

/** Repeats a request until it succeeds, since an instance needs a moment to reconnect to Redis. */
async function untilOk(ask: () => Promise<Page>): Promise<Page> {
  for (let time = 0; ; time += 1) {
    const page = await ask();
    if (page.status === 200 || time === 500) return page;
    await pause(20);
  }
}

describe.each([
  { resave: false, title: 'sessions that are saved when they change' },
  { resave: true, title: 'resave: true' },
])('Two instances on one Redis with $title', ({ resave }) => {
  let redis: RedisServer;
  let issuer: LogtoEmulator;
  let one: Instance;
  let other: Instance;
  let browser: Browser;

  beforeAll(async () => {
    redis = closeLater(await RedisServer.start());
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    const options = { issuer, url: redis.url, locks: true, sessions: { resave } };
    one = closeLater(await startInstance(options));
    other = closeLater(await startInstance({ ...options, instanceOf: one }));
  });

  beforeEach(async () => {
    await one.redis.flushAll();
    browser = one.browser();
    await browser.signIn(issuer);
  });

  const keys = async (pattern: string): Promise<string[]> => one.redis.keys(pattern);
  const sessionKeys = async (): Promise<string[]> =>
    (await keys('sess:*')).filter((key) => !key.startsWith('sess:logto-'));
  const calls = async (command: string): Promise<number> =>
    Number(
      new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await one.redis.info('commandstats'))?.[1] ?? '0',
    );

  it('finish a sign-in on the other instance, and both know the user', async () => {
    const fresh = one.browser();
    const callback = await fresh.authorize(issuer);
    const landed = await fresh.open(callback.replace(one.baseUrl, other.baseUrl));
    expect([landed.status, landed.location]).toEqual([302, `${one.baseUrl}/`]);
    for (const { baseUrl } of [one, other]) {
      expect((await fresh.fetch(`${baseUrl}/user`)).json()).toMatchObject({ claims: { sub: 'ada' } });
      expect((await fresh.fetch(baseUrl + forResource)).status).toBe(200);
    }
  });

  it('share a refreshed token, and never restore an old refresh token', async () => {
    const latch = one.latches.create('late');
    const slow = browser.fetch('/slow/late');
    await latch.reached;
    const { text } = await browser.fetch(other.baseUrl + forResource);
    latch.release();
    await slow;
    expect((await browser.fetch(forResource)).text).toBe(text);
    for (const { baseUrl } of [one, other, one]) {
      await browser.fetch(`${baseUrl}/clear-access-token`);
      expect((await browser.fetch(baseUrl + forOther)).status).toBe(200);
    }
  });

  it('keep a user signed out while 20 slow requests finish on the other instance', async () => {
    const cookie = browser.cookies.header(one.baseUrl);
    const [session] = await sessionKeys();
    const latches = Array.from({ length: 20 }, (_, index) => other.latches.create(`late-${index}`));
    const slow = latches.map((_, index) =>
      one.browser().fetch(`${other.baseUrl}/slow/late-${index}`, { headers: { cookie } }),
    );
    await Promise.all(latches.map(({ reached }) => reached));
    const signOut = browser.open('/logto/sign-out');
    // Half of them finish during the sign-out, the others after it.
    for (const latch of latches.slice(0, 10)) latch.release();
    await signOut;
    for (const latch of latches.slice(10)) latch.release();
    await Promise.all(slow);

    expect(await keys(session ?? '')).toEqual([]);
    expect(await keys('sess:logto-tokens-*')).toEqual([]);
    for (const { baseUrl } of [one, other]) {
      const returning = one.browser();
      const user = await returning.fetch(`${baseUrl}/user`, { headers: { cookie } });
      expect(user.json()).toEqual({ isAuthenticated: false });
    }
  });

  it('both end a session that Logto ended, even while a slow request finishes', async () => {
    const latch = other.latches.create('late');
    const slow = browser.fetch(`${other.baseUrl}/slow/late`);
    await latch.reached;
    issuer.revokeGrants('ada');
    expect((await browser.fetch(forResource)).status).toBe(401);
    latch.release();
    await slow;
    for (const { baseUrl } of [one, other]) {
      expect((await browser.fetch(`${baseUrl}/user`)).json()).toEqual({ isAuthenticated: false });
    }
    expect((await browser.fetch('/cart')).json()).toEqual(['late']);
  });

  it('let Redis expire the tokens a little later than the session', async () => {
    const [session = ''] = await sessionKeys();
    const [record = ''] = await keys('sess:logto-tokens-*');
    const [sessionTtl, recordTtl] = [await one.redis.ttl(session), await one.redis.ttl(record)];
    expect(sessionTtl).toBeGreaterThan(13.9 * day);
    expect(recordTtl).toBeGreaterThan(sessionTtl);
    expect(recordTtl).toBeLessThanOrEqual(14 * 1.2 * day);
  });

  it('let Redis expire the tombstones of ended sessions after a day', async () => {
    await browser.open('/logto/sign-out');
    const tombstones = await keys('sess:logto-ended-*');
    expect(tombstones.length).toBeGreaterThan(0);
    for (const key of tombstones) expect(await one.redis.ttl(key)).toBeLessThanOrEqual(day);
  });

  if (!resave) {
    it('read the session once for each of 20 requests, and send no other command to Redis', async () => {
      await one.redis.configResetStat();
      for (let request = 0; request < 20; request += 1) await browser.fetch('/user');
      expect(await calls('get')).toBe(20);
      expect([await calls('set'), await calls('expire'), await calls('del')]).toEqual([0, 0, 0]);
    });
  }

  it('answer 503 while Redis is down, and know the user when it is back', async () => {
    await redis.kill();
    const down = await Promise.all(Array.from({ length: 10 }, () => browser.fetch('/user')));
    expect(new Set(down.map(({ status }) => status))).toEqual(new Set([503]));

    await redis.resume();
    const back = await untilOk(() => browser.fetch('/user'));
    expect(back.json()).toMatchObject({ isAuthenticated: true });
    expect((await browser.fetch(forResource)).status).toBe(200);
  });
});
