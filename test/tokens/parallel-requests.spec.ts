import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { organizationTokenPath, otherTokenPath, resourceTokenPath } from '../support/logto/token-path.js';

describe.each([
  { leeway: 0, title: 'refresh tokens for a single use' },
  { leeway: 3, title: 'refresh tokens for a single use and a leeway of 3 seconds' },
])('Parallel requests, with $title,', ({ leeway }) => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: leeway });
    app = await startTokenApp({ issuer });
  });

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
  });

  // Not after each test: if the clock is set back, cached entries become younger.
  afterAll(() => restoreTime());

  const parallel = (count: number, path: string): Promise<Page[]> =>
    Promise.all(Array.from({ length: count }, () => browser.fetch(path)));
  const statuses = (pages: Page[]): number[] => [...new Set(pages.map(({ status }) => status))];

  it('make one token request for an expired token, and all 50 succeed', async () => {
    const [before] = await parallel(1, otherTokenPath);
    passTime(600);
    issuer.resetRequests();

    const pages = await parallel(50, otherTokenPath);

    expect(issuer.countRequests('token')).toBe(1);
    expect(statuses(pages)).toEqual([200]);
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(pages[0]?.text).not.toBe(before?.text);
  });

  it('make one token request for each resource, and the user stays signed in', async () => {
    issuer.resetRequests();
    const pages = await Promise.all([
      ...[resourceTokenPath, otherTokenPath, organizationTokenPath].map((path) => parallel(15, path)),
      parallel(15, '/organizations'),
    ]);

    expect(statuses(pages.flat())).toEqual([200]);
    expect(issuer.countRequests('token')).toBe(3);
    passTime(3600);
    expect(statuses(await parallel(10, '/user-info'))).toEqual([200]);
  });

  it('keep the user signed in for 20 hours with a refresh every hour', async () => {
    const tokens = new Set<string>();
    for (let hour = 0; hour < 20; hour += 1) {
      passTime(3600);
      const pages = await parallel(3, resourceTokenPath);
      expect(statuses(pages)).toEqual([200]);
      for (const { text } of pages) tokens.add(text);
    }
    expect(tokens.size).toBe(20);
  });

  it('make one token request when their claims are due for a refresh', async () => {
    passTime(3601);
    issuer.resetRequests();
    expect(statuses(await parallel(50, '/user'))).toEqual([200]);
    expect(issuer.countRequests('token')).toBe(1);
  });
});
