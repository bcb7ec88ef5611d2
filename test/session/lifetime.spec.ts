import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { MemoryStore } from 'express-session';
import { LogtoGuard, type LogtoLifetimeOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, startApp, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { startIssuer } from '../support/issuer.js';

@Controller()
class PagesController {
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(): string {
    return 'in';
  }
}

/** Counts what is written of sessions, and of nothing else. */
class CountingStore extends MemoryStore {
  writes = 0;

  override set(...[id, data, callback]: Parameters<MemoryStore['set']>): void {
    if (!id.startsWith('logto-')) this.writes += 1;
    super.set(id, data, callback);
  }
}

describe('The lifetime of a sign-in', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let store: CountingStore;
  let offset = 0;

  beforeEach(async () => {
    issuer = await startIssuer();
    store = new CountingStore();
    offset = 0;
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + offset);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
    await issuer.close();
  });

  const pass = (seconds: number): void => void (offset += seconds * 1000);

  async function signedIn(lifetime: LogtoLifetimeOptions): Promise<Browser> {
    app = await startApp({
      issuer,
      controllers: [PagesController],
      logto: { lifetime, session: { ...session, store }, revalidateAfter: false },
    });
    const browser = app.browser();
    await browser.signIn(issuer);
    return browser;
  }

  const isIn = async (browser: Browser): Promise<boolean> =>
    (await browser.open('/protected')).status === 200;

  it('ends a session when it has lasted its absolute time, however busy it was', async () => {
    const browser = await signedIn({ absolute: 3600 });
    pass(3000);
    expect(await isIn(browser)).toBe(true);
    pass(700);

    expect(await isIn(browser)).toBe(false);
  });

  it('forgets the tokens of a session that has lasted its time', async () => {
    const browser = await signedIn({ absolute: 3600 });
    pass(3700);
    await isIn(browser);

    // The answer does not wait for it.
    const records = (): string[] =>
      Object.keys((store as unknown as { sessions: object }).sessions).filter((key) =>
        key.startsWith('logto-tokens-'),
      );
    for (let look = 0; look < 100 && records().length > 0; look += 1) await setTimeout(10);
    expect(records()).toEqual([]);
  });

  it('ends a session that nobody used for its idle time', async () => {
    const browser = await signedIn({ idle: 600 });
    pass(700);

    expect(await isIn(browser)).toBe(false);
  });

  it('keeps a session that is used now and then', async () => {
    const browser = await signedIn({ idle: 600 });
    for (let visit = 0; visit < 5; visit += 1) {
      pass(500);
      expect(await isIn(browser)).toBe(true);
    }
  });

  it('writes a session that is only read at most once a minute', async () => {
    const browser = await signedIn({ idle: 3600 });
    pass(61);
    store.writes = 0;
    for (let visit = 0; visit < 10; visit += 1) await isIn(browser);

    expect(store.writes).toBe(1);
  });

  it('lets the person sign in again afterwards', async () => {
    const browser = await signedIn({ absolute: 3600 });
    pass(3700);
    expect(await isIn(browser)).toBe(false);
    issuer.passTime(0);
    offset = 0;
    await browser.signIn(issuer);

    expect(await isIn(browser)).toBe(true);
  });
});
