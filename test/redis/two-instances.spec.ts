import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource, startIssuer } from '../support/issuer.js';
import { otherResource, tokenTenant } from '../support/token-app.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;

const statuses = (pages: Page[]): number[] => [...new Set(pages.map(({ status }) => status))];

describe('Two instances on one Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterAll(async () => {
    restoreTime();
    await redis.close();
  });

  describe.each([
    { leeway: 3, locks: false, mostRequests: 2, title: '3 seconds of leeway, without a lock' },
    { leeway: 3, locks: true, mostRequests: 1, title: '3 seconds of leeway, with a lock' },
    { leeway: 0, locks: true, mostRequests: 1, title: 'no leeway at all, with a lock' },
  ])('and a provider that rotates at every use, with $title', ({ leeway, locks, mostRequests }) => {
    let issuer: LogtoEmulator;
    let one: Instance;
    let other: Instance;
    let browser: Browser;

    beforeAll(async () => {
      issuer = await startIssuer({
        ...tokenTenant,
        rotation: 'every-use',
        refreshTokenReuseInterval: leeway,
      });
      one = await startInstance({ issuer, url: redis.url, locks });
      other = await startInstance({ issuer, url: redis.url, locks, instanceOf: one });
    });

    beforeEach(async () => {
      browser = one.browser();
      await browser.signIn(issuer);
    });

    afterEach(() => issuer.clearFaults());

    afterAll(async () => {
      await one.close();
      await other.close();
      await issuer.close();
    });

    const onBoth = (count: number, path: string): Promise<Page[]> =>
      Promise.all(
        [one, other].flatMap(({ baseUrl }) =>
          Array.from({ length: count }, () => browser.fetch(baseUrl + path)),
        ),
      );

    it('2 × 50 parallel requests on an expired token are all answered well, ten times over', async () => {
      await browser.fetch(forOther);
      for (let round = 0; round < 10; round += 1) {
        passTime(600);
        issuer.resetRequests();
        const pages = await onBoth(50, forOther);
        expect(statuses(pages)).toEqual([200]);
        expect(issuer.countRequests('token')).toBeGreaterThanOrEqual(1);
        // Claims are looked at too, once an hour.
        expect(issuer.countRequests('token')).toBeLessThanOrEqual(2 * mostRequests);
      }
      // Whoever wrote last: what is stored still works on both, long after any leeway.
      passTime(3600);
      expect(statuses(await onBoth(1, forResource))).toEqual([200]);
    });

    it('requests for different tokens at once are all answered well', async () => {
      const pages = await Promise.all(
        [forResource, forOther, '/organizations', '/user-info'].map((path) => onBoth(10, path)),
      );
      expect(statuses(pages.flat())).toEqual([200]);
      passTime(3600);
      expect(statuses(await onBoth(3, forResource))).toEqual([200]);
    });

    it('claims that are due are looked at by 2 × 50 requests without losing the user', async () => {
      passTime(3601);
      issuer.resetRequests();
      const pages = await onBoth(50, '/user');
      expect(pages.map((page) => page.json<{ isAuthenticated: boolean }>().isAuthenticated)).not.toContain(
        false,
      );
      expect(issuer.countRequests('token')).toBeLessThanOrEqual(mostRequests);
    });
  });

  describe('and a provider without any leeway, without a lock', () => {
    let issuer: LogtoEmulator;
    let instances: Instance[];

    beforeAll(async () => {
      issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
      const one = await startInstance({ issuer, url: redis.url });
      instances = [one, await startInstance({ issuer, url: redis.url, instanceOf: one })];
    });

    afterAll(async () => {
      for (const instance of instances) await instance.close();
      await issuer.close();
    });

    it('may have to ask for a new sign-in, which then works, and fail in no other way', async () => {
      const browser = (instances[0] as Instance).browser();
      await browser.signIn(issuer);
      const onBoth = (): Promise<Page[]> =>
        Promise.all(
          instances.flatMap(({ baseUrl }) =>
            Array.from({ length: 50 }, () => browser.fetch(baseUrl + forOther)),
          ),
        );
      for (let round = 0; round < 5; round += 1) {
        passTime(600);
        for (const { status } of await onBoth()) expect([200, 401]).toContain(status);
      }
      await browser.signIn(issuer);
      expect((await browser.fetch(forResource)).status).toBe(200);
    });
  });
});
