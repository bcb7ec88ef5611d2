import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoLock } from 'nestjs-logto';
import { session } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { otherTokenPath, resourceTokenPath } from '../support/logto/token-path.js';

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

const lock = new SharedLock();
const logto = { lock, session: { ...session, store: new MemorySessionStore() } };
// Such a provider revokes the grant when a refresh token is used twice.
const issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: 0 });
const one = await startTokenApp({ issuer, logto });
const other = await startTokenApp({ issuer, logto, instanceOf: one });

describe('With a lock, two instances', () => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await one.signedInBrowser(issuer);
    issuer.resetRequests();
    lock.keys.length = 0;
  });

  afterEach(() => {
    lock.fails = undefined;
  });

  it('make one token request for 2 × 50 parallel requests', async () => {
    const pages = await Promise.all(
      [one, other].flatMap(({ baseUrl }) =>
        Array.from({ length: 50 }, () => browser.fetch(baseUrl + resourceTokenPath)),
      ),
    );
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('use a cached token without the lock', async () => {
    await browser.fetch(resourceTokenPath);
    lock.keys.length = 0;
    await browser.fetch(resourceTokenPath);
    expect(lock.keys).toEqual([]);
  });

  it('name the lock without the id of the session or of the token record', async () => {
    await browser.fetch(resourceTokenPath);
    const [key = ''] = lock.keys;
    expect(lock.keys).toHaveLength(1);
    expect(key).toMatch(/^logto-refresh-[\w-]{43}$/);
    expect(decodeURIComponent(browser.cookies.header(one.baseUrl))).not.toContain(key.slice(14));
  });

  it('make one code exchange for a callback that reaches both at once, and both responses sign the browser in', async () => {
    const fresh = one.browser();
    const callback = await fresh.authorize(issuer);
    const atOther = callback.replace(one.baseUrl, other.baseUrl);
    const cookie = fresh.cookies.header(one.baseUrl);
    issuer.resetRequests();

    const answers = await Promise.all([callback, atOther].map((url) => one.browser().open(url, { cookie })));

    expect(issuer.countRequests('token')).toBe(1);
    for (const answer of answers) {
      expect(answer.status).toBe(302);
      const landed = one.browser();
      landed.cookies.store(one.baseUrl, answer);
      expect((await landed.fetch('/user')).json()).toMatchObject({ isAuthenticated: true });
      expect((await landed.fetch(otherTokenPath)).status).toBe(200);
    }
  });

  it('answer 503 when the lock is not available, and do not sign the user out', async () => {
    lock.fails = 'before';
    const failed = await browser.fetch(resourceTokenPath);
    expect([failed.status, failed.json()]).toMatchObject([503, { code: 'lock_unavailable' }]);
    expect(issuer.countRequests('token')).toBe(0);

    lock.fails = undefined;
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('lose no token when the lock is lost while Logto answers', async () => {
    lock.fails = 'after';
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
    expect((await browser.fetch(other.baseUrl + otherTokenPath)).status).toBe(200);
  });
});
