import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoLifetimeOptions } from 'nestjs-logto';
import { session, startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';

const issuer = await startIssuer();

describe('The lifetime of a sign-in', () => {
  let store: MemorySessionStore;

  beforeEach(() => {
    store = new MemorySessionStore();
  });

  afterEach(() => restoreTime());

  async function signedIn(lifetime: LogtoLifetimeOptions): Promise<Browser> {
    const app = await startApp({
      issuer,
      controllers: [PagesController],
      logto: { lifetime, session: { ...session, store }, revalidateAfter: false },
    });
    return app.signedInBrowser(issuer);
  }

  it('ends a session after its absolute lifetime, even if it is in use', async () => {
    const browser = await signedIn({ absolute: 3600 });
    passTime(3000);
    expect(await isSignedIn(browser)).toBe(true);
    passTime(700);

    expect(await isSignedIn(browser)).toBe(false);
  });

  it('deletes the tokens of an expired session', async () => {
    const browser = await signedIn({ absolute: 3600 });
    passTime(3700);
    await isSignedIn(browser);

    // The answer does not wait for the deletion.
    const records = (): string[] => store.keys().filter((key) => key.startsWith('logto-tokens-'));
    for (let look = 0; look < 100 && records().length > 0; look += 1) await setTimeout(10);
    expect(records()).toEqual([]);
  });

  it('ends a session that was idle for too long', async () => {
    const browser = await signedIn({ idle: 600 });
    passTime(700);

    expect(await isSignedIn(browser)).toBe(false);
  });

  it('keeps a session that is in use', async () => {
    const browser = await signedIn({ idle: 600 });
    for (let visit = 0; visit < 5; visit += 1) {
      passTime(500);
      expect(await isSignedIn(browser)).toBe(true);
    }
  });

  it('writes a session that is only read once a minute at most', async () => {
    const browser = await signedIn({ idle: 3600 });
    passTime(61);
    store.calls.length = 0;
    for (let visit = 0; visit < 10; visit += 1) await isSignedIn(browser);

    expect(store.count('set', /^(?!logto-)/)).toBe(1);
  });

  it('lets the user sign in again', async () => {
    const browser = await signedIn({ absolute: 3600 });
    passTime(3700);
    expect(await isSignedIn(browser)).toBe(false);
    restoreTime();
    await browser.signIn(issuer);

    expect(await isSignedIn(browser)).toBe(true);
  });
});
