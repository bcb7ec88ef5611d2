import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { otherResource, tokenTenant } from '../support/app/token-app.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';
import { closeLater } from '../support/runner/leftovers.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;

const statuses = (pages: Page[]): number[] => [...new Set(pages.map(({ status }) => status))];

describe('Two instances on one Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = closeLater(await RedisServer.start());
  });

  afterAll(restoreTime);

  describe.each([
    { reuseInterval: 3, locks: false, mostRequests: 2, title: 'a reuse interval of 3 seconds and no lock' },
    { reuseInterval: 3, locks: true, mostRequests: 1, title: 'a reuse interval of 3 seconds and a lock' },
    { reuseInterval: 0, locks: true, mostRequests: 1, title: 'no reuse interval and a lock' },
  ])(
    'with refresh tokens that are rotated at every use, $title',
    ({ reuseInterval, locks, mostRequests }) => {
      let issuer: LogtoEmulator;
      let one: Instance;
      let other: Instance;
      let browser: Browser;

      beforeAll(async () => {
        issuer = await startIssuer({
          ...tokenTenant,
          rotation: 'every-use',
          refreshTokenReuseInterval: reuseInterval,
        });
        one = closeLater(await startInstance({ issuer, url: redis.url, locks }));
        other = closeLater(await startInstance({ issuer, url: redis.url, locks, instanceOf: one }));
      });

      beforeEach(async () => {
        browser = one.browser();
        await browser.signIn(issuer);
      });

      afterEach(() => issuer.clearFaults());

      const onBoth = (count: number, path: string): Promise<Page[]> =>
        Promise.all(
          [one, other].flatMap(({ baseUrl }) =>
            Array.from({ length: count }, () => browser.fetch(baseUrl + path)),
          ),
        );

      it('answer 2 × 50 parallel requests with an expired token, ten times in a row', async () => {
        await browser.fetch(forOther);
        for (let round = 0; round < 10; round += 1) {
          passTime(600);
          issuer.resetRequests();
          const pages = await onBoth(50, forOther);
          expect(statuses(pages)).toEqual([200]);
          expect(issuer.countRequests('token')).toBeGreaterThanOrEqual(1);
          // The claims are also revalidated once an hour.
          expect(issuer.countRequests('token')).toBeLessThanOrEqual(2 * mostRequests);
        }
        // The stored refresh token still works on both, long after the reuse interval.
        passTime(3600);
        expect(statuses(await onBoth(1, forResource))).toEqual([200]);
      });

      it('answer parallel requests for different tokens', async () => {
        const pages = await Promise.all(
          [forResource, forOther, '/organizations', '/user-info'].map((path) => onBoth(10, path)),
        );
        expect(statuses(pages.flat())).toEqual([200]);
        passTime(3600);
        expect(statuses(await onBoth(3, forResource))).toEqual([200]);
      });

      it('revalidate the claims for 2 × 50 parallel requests without signing the user out', async () => {
        passTime(3601);
        issuer.resetRequests();
        const pages = await onBoth(50, '/user');
        expect(pages.map((page) => page.json<{ isAuthenticated: boolean }>().isAuthenticated)).not.toContain(
          false,
        );
        expect(issuer.countRequests('token')).toBeLessThanOrEqual(mostRequests);
      });
    },
  );

  describe('without a reuse interval and without a lock', () => {
    let issuer: LogtoEmulator;
    let instances: Instance[];

    beforeAll(async () => {
      issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
      const one = closeLater(await startInstance({ issuer, url: redis.url }));
      instances = [one, closeLater(await startInstance({ issuer, url: redis.url, instanceOf: one }))];
    });

    it('may require a new sign-in, but fail in no other way', async () => {
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
