import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoLock } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { resource, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { otherResource, startTokenApp, tokenTenant } from '../support/token-app.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;

/** A lock that two apps share, as instances share one on Redis. */
class SharedLock implements LogtoLock {
  readonly keys: string[] = [];
  private tail: Promise<unknown> = Promise.resolve();
  fails: 'before' | 'after' | undefined;

  async run<T>(key: string, fn: () => Promise<T>): Promise<T> {
    this.keys.push(key);
    if (this.fails === 'before') throw new Error('no quorum');
    const turn = this.tail.then(fn);
    this.tail = turn.catch(() => undefined);
    const outcome = await turn;
    if (this.fails === 'after') throw new Error('the lock was lost');
    return outcome;
  }
}

describe('With a lock over two instances, and a provider that revokes on any reuse', () => {
  let issuer: LogtoEmulator;
  let lock: SharedLock;
  let one: TestApp;
  let other: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
    lock = new SharedLock();
    const store = new MemorySessionStore();
    const logto = { lock, session: { ...session, store } };
    one = await startTokenApp({ issuer, logto });
    other = await startTokenApp({ issuer, logto, instanceOf: one });
  });

  beforeEach(async () => {
    browser = one.browser();
    await browser.signIn(issuer);
    issuer.resetRequests();
    lock.keys.length = 0;
  });

  afterEach(() => {
    lock.fails = undefined;
  });

  afterAll(async () => {
    await one.close();
    await other.close();
    await issuer.close();
  });

  it('2 × 50 parallel requests make one token request between them', async () => {
    const pages = await Promise.all(
      [one, other].flatMap(({ baseUrl }) =>
        Array.from({ length: 50 }, () => browser.fetch(baseUrl + forResource)),
      ),
    );
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('a token that is kept needs no lock', async () => {
    await browser.fetch(forResource);
    lock.keys.length = 0;
    await browser.fetch(forResource);
    expect(lock.keys).toEqual([]);
  });

  it('what is locked is named without a secret: neither the session’s id nor that of its tokens', async () => {
    await browser.fetch(forResource);
    const [key = ''] = lock.keys;
    expect(lock.keys).toHaveLength(1);
    expect(key).toMatch(/^logto-refresh-[\w-]{43}$/);
    expect(decodeURIComponent(browser.cookies.header(one.baseUrl))).not.toContain(key.slice(14));
  });

  it('a callback that reaches both instances at once makes one exchange, and both answers are signed in', async () => {
    const fresh = one.browser();
    const callback = await fresh.authorize(issuer);
    const elsewhere = callback.replace(one.baseUrl, other.baseUrl);
    const cookie = fresh.cookies.header(one.baseUrl);
    issuer.resetRequests();

    const answers = await Promise.all(
      [callback, elsewhere].map((url) => one.browser().open(url, { cookie })),
    );

    expect(issuer.countRequests('token')).toBe(1);
    for (const answer of answers) {
      expect(answer.status).toBe(302);
      const landed = one.browser();
      landed.cookies.store(one.baseUrl, answer);
      expect((await landed.fetch('/user')).json()).toMatchObject({ isAuthenticated: true });
      expect((await landed.fetch(forOther)).status).toBe(200);
    }
  });

  it('a lock that cannot be had is told as transient (503), and the user is still there afterwards', async () => {
    lock.fails = 'before';
    const failed = await browser.fetch(forResource);
    expect([failed.status, failed.json()]).toMatchObject([503, { code: 'lock_unavailable' }]);
    expect(issuer.countRequests('token')).toBe(0);

    lock.fails = undefined;
    expect((await browser.fetch(forResource)).status).toBe(200);
  });

  it('a lock that is lost while Logto answers loses no token', async () => {
    lock.fails = 'after';
    expect((await browser.fetch(forResource)).status).toBe(200);
    expect((await browser.fetch(other.baseUrl + forOther)).status).toBe(200);
  });
});
