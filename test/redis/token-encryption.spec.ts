import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { RedisClientType } from 'redis';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { closeLater } from '../support/runner/leftovers.js';
import { watchLogs } from '../support/app/options.js';
import { tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { startInstance, type Instance } from './support/instances.js';
import { RedisServer } from './support/redis-server.js';

const oldKey = 'the-old-encryption-key-of-the-specs';
const newKey = 'the-new-encryption-key-of-the-specs';
const otherKey = 'another-encryption-key-of-the-specs';

const recordPrefix = 'sess:logto-tokens-';

/** All keys and values. */
async function dump(redis: RedisClientType): Promise<string> {
  const names = await redis.keys('*');
  const values = await Promise.all(names.map((name) => redis.get(name)));
  return names.map((name, index) => `${name} ${values[index]}`).join('\n');
}

describe('Encrypted tokens on Redis', () => {
  let issuer: LogtoEmulator;
  let redis: RedisServer;
  let oldFirst: Instance;
  let newFirst: Instance;
  let browser: Browser;

  beforeAll(async () => {
    redis = closeLater(await RedisServer.start());
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use' });
    oldFirst = await start([oldKey, newKey]);
    newFirst = await start([newKey, oldKey]);
  });

  beforeEach(async () => {
    await oldFirst.redis.flushAll();
    browser = oldFirst.browser();
    await browser.signIn(issuer);
  });

  async function start(keys?: string[]): Promise<Instance> {
    const instance = await startInstance({
      issuer,
      url: redis.url,
      locks: true,
      logto: { revalidateAfter: false, ...(keys && { encryption: { keys } }) },
      ...((oldFirst as Instance | undefined) && { instanceOf: oldFirst }),
    });
    return closeLater(instance);
  }

  const statusesOn = (...instances: Instance[]): Promise<number[]> =>
    Promise.all(
      instances.map(async ({ baseUrl }) => (await browser.fetch(baseUrl + resourceTokenPath)).status),
    );

  const recordKeys = (): Promise<string[]> => oldFirst.redis.keys(`${recordPrefix}*`);

  async function keyId(): Promise<string> {
    const [record = ''] = await recordKeys();
    const entry = JSON.parse((await oldFirst.redis.get(record)) ?? '') as {
      logtoTokens: { protected: string };
    };
    const header = Buffer.from(entry.logtoTokens.protected, 'base64url').toString();
    return (JSON.parse(header) as { kid: string }).kid;
  }

  it('are shared by an instance that encrypts with the new key and one that encrypts with the old one', async () => {
    const ids = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      for (const { baseUrl } of [oldFirst, newFirst]) {
        expect((await browser.fetch(`${baseUrl}/refresh`)).status).toBe(200);
        ids.add(await keyId());
        expect(await statusesOn(oldFirst, newFirst)).toEqual([200, 200]);
      }
    }
    expect(ids.size).toBe(2);
  });

  it('are refreshed by both at once', async () => {
    await browser.fetch('/clear-access-token');
    issuer.resetRequests();
    const both = Array.from({ length: 20 }, () => [oldFirst, newFirst]).flat();
    expect(new Set(await statusesOn(...both))).toEqual(new Set([200]));
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('do not need the old key once they have been written with the new one', async () => {
    await browser.fetch(`${newFirst.baseUrl}/refresh`);
    expect(await statusesOn(await start([newKey]))).toEqual([200]);
  });

  it('do not appear in a dump as plain text', async () => {
    for (const { baseUrl } of [oldFirst, newFirst]) {
      for (const path of [resourceTokenPath, '/organizations', '/user-info', '/refresh', '/stored-tokens'])
        expect((await browser.fetch(baseUrl + path)).status).toBe(200);
    }
    const encrypted = await dump(oldFirst.redis);
    expect(encrypted).toContain('logto-callback-');
    expect(encrypted).toContain(recordPrefix);
    expect(leaks.secretKindsIn(encrypted)).toEqual([]);

    const plain = await start();
    const other = plain.browser();
    const { pathname, search } = new URL(
      await other.authorize(issuer, 'bob', `${plain.baseUrl}/logto/sign-in`),
    );
    await other.open(plain.baseUrl + pathname + search);
    expect(leaks.secretKindsIn(await dump(oldFirst.redis))).toEqual([
      'access_token',
      'id_token',
      'refresh_token',
    ]);
  });

  it('cannot be decrypted under the id of another sign-in, even with the key', async () => {
    const [ada = ''] = await recordKeys();
    const bob = oldFirst.browser();
    await bob.signIn(issuer, 'bob');
    const stolen = (await recordKeys()).find((key) => key !== ada) ?? '';
    await oldFirst.redis.set(ada, (await oldFirst.redis.get(stolen)) ?? '');

    expect(await statusesOn(newFirst)).toEqual([401]);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect((await bob.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('end the sign-in if no key decrypts them, with one log line for the key', async () => {
    const id = await keyId();
    const others = [oldFirst.browser(), oldFirst.browser()];
    for (const other of others) await other.signIn(issuer, 'bob');
    const instance = await start([otherKey]);
    const logs = watchLogs();

    expect(await statusesOn(...Array.from({ length: 5 }, () => instance))).toEqual([401, 401, 401, 401, 401]);
    for (const other of others)
      expect((await other.fetch(instance.baseUrl + resourceTokenPath)).status).toBe(401);
    const lines = logs().filter((line) => line.includes('token_decryption_failed'));
    expect(lines).toEqual([expect.stringContaining(`the key ${id}, `)]);
    // It has ended on the other instances as well.
    expect(await statusesOn(oldFirst, newFirst)).toEqual([401, 401]);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
  });
});
