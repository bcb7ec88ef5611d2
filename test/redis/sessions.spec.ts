import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from '../support/browser.js';
import { resource, startIssuer } from '../support/issuer.js';
import { otherResource, tokenTenant } from '../support/token-app.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;
const day = 24 * 3600;

/** Asks until the answer is 200: an instance takes its time to connect to Redis again. */
async function eventually(ask: () => Promise<Page>): Promise<Page> {
  for (let time = 0; ; time += 1) {
    const page = await ask();
    if (page.status === 200 || time === 500) return page;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.each([
  { resave: false, title: 'sessions that are saved when they changed' },
  { resave: true, title: 'sessions that every request saves (resave: true)' },
])('Two instances on one Redis, with $title', ({ resave }) => {
  let redis: RedisServer;
  let issuer: LogtoEmulator;
  let one: Instance;
  let other: Instance;
  let browser: Browser;

  beforeAll(async () => {
    redis = await RedisServer.start();
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    const options = { issuer, url: redis.url, locks: true, sessions: { resave } };
    one = await startInstance(options);
    other = await startInstance({ ...options, instanceOf: one });
  });

  beforeEach(async () => {
    await one.redis.flushAll();
    browser = one.browser();
    await browser.signIn(issuer);
  });

  afterAll(async () => {
    await one.close();
    await other.close();
    await issuer.close();
    await redis.close();
  });

  const keys = async (pattern: string): Promise<string[]> => one.redis.keys(pattern);
  const sessionKeys = async (): Promise<string[]> =>
    (await keys('sess:*')).filter((key) => !key.startsWith('sess:logto-'));
  const calls = async (command: string): Promise<number> =>
    Number(
      new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await one.redis.info('commandstats'))?.[1] ?? '0',
    );

  it('a sign-in that starts on one instance finishes on the other, and is known to both', async () => {
    const fresh = one.browser();
    const callback = await fresh.authorize(issuer);
    const landed = await fresh.open(callback.replace(one.baseUrl, other.baseUrl));
    expect([landed.status, landed.location]).toEqual([302, `${one.baseUrl}/`]);
    for (const { baseUrl } of [one, other]) {
      expect((await fresh.fetch(`${baseUrl}/user`)).json()).toMatchObject({ claims: { sub: 'ada' } });
      expect((await fresh.fetch(baseUrl + forResource)).status).toBe(200);
    }
  });

  it('a token that one instance refreshed is the other’s as well, and an old refresh token never comes back', async () => {
    const gate = one.gates.create('late');
    const slow = browser.fetch('/slow/late');
    await gate.reached;
    const { text } = await browser.fetch(other.baseUrl + forResource);
    gate.release();
    await slow;
    expect((await browser.fetch(forResource)).text).toBe(text);
    for (const { baseUrl } of [one, other, one]) {
      await browser.fetch(`${baseUrl}/clear-access-token`);
      expect((await browser.fetch(baseUrl + forOther)).status).toBe(200);
    }
  });

  it('a sign-out on one instance is final for slow requests on the other: none of 20 brings the user back', async () => {
    const cookie = browser.cookies.header(one.baseUrl);
    const [session] = await sessionKeys();
    const gates = Array.from({ length: 20 }, (_, index) => other.gates.create(`late-${index}`));
    const slow = gates.map((_, index) =>
      one.browser().fetch(`${other.baseUrl}/slow/late-${index}`, { headers: { cookie } }),
    );
    await Promise.all(gates.map(({ reached }) => reached));
    const signOut = browser.open('/logto/sign-out');
    // Some before it, some while it is under way, some after.
    for (const gate of gates.slice(0, 10)) gate.release();
    await signOut;
    for (const gate of gates.slice(10)) gate.release();
    await Promise.all(slow);

    expect(await keys(session ?? '')).toEqual([]);
    expect(await keys('sess:logto-tokens-*')).toEqual([]);
    for (const { baseUrl } of [one, other]) {
      const thief = one.browser();
      const user = await thief.fetch(`${baseUrl}/user`, { headers: { cookie } });
      expect(user.json()).toEqual({ isAuthenticated: false });
    }
  });

  it('a sign-in that Logto ended is over on both, and slow requests do not undo it', async () => {
    const gate = other.gates.create('late');
    const slow = browser.fetch(`${other.baseUrl}/slow/late`);
    await gate.reached;
    issuer.revokeGrants('ada');
    expect((await browser.fetch(forResource)).status).toBe(401);
    gate.release();
    await slow;
    for (const { baseUrl } of [one, other]) {
      expect((await browser.fetch(`${baseUrl}/user`)).json()).toEqual({ isAuthenticated: false });
    }
    expect((await browser.fetch('/cart')).json()).toEqual(['late']);
  });

  it('the tokens expire with the session, not before it: Redis forgets both by itself', async () => {
    const [session = ''] = await sessionKeys();
    const [record = ''] = await keys('sess:logto-tokens-*');
    const [sessionTtl, recordTtl] = [await one.redis.ttl(session), await one.redis.ttl(record)];
    expect(sessionTtl).toBeGreaterThan(13.9 * day);
    expect(recordTtl).toBeGreaterThan(sessionTtl);
    expect(recordTtl).toBeLessThanOrEqual(14 * 1.2 * day);
  });

  it('marks of ended sessions are gone after a day', async () => {
    await browser.open('/logto/sign-out');
    const marks = await keys('sess:logto-ended-*');
    expect(marks.length).toBeGreaterThan(0);
    for (const mark of marks) expect(await one.redis.ttl(mark)).toBeLessThanOrEqual(day);
  });

  if (!resave) {
    it('20 ordinary requests read their session 20 times, and ask nothing else of Redis', async () => {
      await one.redis.configResetStat();
      for (let request = 0; request < 20; request += 1) await browser.fetch('/user');
      expect(await calls('get')).toBe(20);
      expect([await calls('set'), await calls('expire'), await calls('del')]).toEqual([0, 0, 0]);
    });
  }

  it('a Redis that goes away is a 503, nobody hangs, and everybody is still signed in when it is back', async () => {
    await redis.kill();
    const down = await Promise.all(Array.from({ length: 10 }, () => browser.fetch('/user')));
    expect(new Set(down.map(({ status }) => status))).toEqual(new Set([503]));

    await redis.resume();
    const back = await eventually(() => browser.fetch('/user'));
    expect(back.json()).toMatchObject({ isAuthenticated: true });
    expect((await browser.fetch(forResource)).status).toBe(200);
  });
});
