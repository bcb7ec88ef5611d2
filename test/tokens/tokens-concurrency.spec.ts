import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource, startIssuer } from '../support/issuer.js';
import { otherResource, startTokenApp, tokenTenant } from '../support/token-app.js';

const forResource = `resource=${encodeURIComponent(resource)}`;
const forOther = `resource=${encodeURIComponent(otherResource)}`;

describe.each([
  { leeway: 0, title: 'a provider that rotates at every use and revokes on any reuse' },
  { leeway: 3, title: 'a provider that rotates at every use and allows reuse for 3 seconds' },
])('One instance and $title', ({ leeway }) => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({ ...tokenTenant, rotation: 'every-use', refreshTokenReuseInterval: leeway });
    app = await startTokenApp({ issuer });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
  });

  afterEach(() => {
    issuer.clearFaults();
  });

  afterAll(async () => {
    // Not after each: a clock that is put back would make what was cached meanwhile young again.
    restoreTime();
    await app.close();
    await issuer.close();
  });

  const parallel = (count: number, path: string): Promise<Page[]> =>
    Promise.all(Array.from({ length: count }, () => browser.fetch(path)));
  const statuses = (pages: Page[]): number[] => [...new Set(pages.map(({ status }) => status))];

  it('50 parallel requests on an expired token make one token request, and all 50 are answered well', async () => {
    const [before] = await parallel(1, `/token?${forOther}`);
    passTime(600);
    issuer.resetRequests();

    const pages = await parallel(50, `/token?${forOther}`);

    expect(issuer.countRequests('token')).toBe(1);
    expect(statuses(pages)).toEqual([200]);
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(pages[0]?.text).not.toBe(before?.text);
  });

  it('parallel requests for several resources make one token request each, and the user stays signed in', async () => {
    issuer.resetRequests();
    const pages = await Promise.all([
      ...[forResource, forOther, 'organizationId=org_1'].map((target) => parallel(15, `/token?${target}`)),
      parallel(15, '/organizations'),
    ]);

    expect(statuses(pages.flat())).toEqual([200]);
    expect(issuer.countRequests('token')).toBe(3);
    passTime(3600);
    expect(statuses(await parallel(10, '/user-info'))).toEqual([200]);
  });

  it('20 hours of use, a refresh every hour, keep the user signed in', async () => {
    const tokens = new Set<string>();
    for (let hour = 0; hour < 20; hour += 1) {
      passTime(3600);
      const pages = await parallel(3, `/token?${forResource}`);
      expect(statuses(pages)).toEqual([200]);
      for (const { text } of pages) tokens.add(text);
    }
    expect(tokens.size).toBe(20);
  });

  it('parallel requests whose claims are due for a look at Logto make one token request between them', async () => {
    passTime(3601);
    issuer.resetRequests();
    expect(statuses(await parallel(50, '/user'))).toEqual([200]);
    expect(issuer.countRequests('token')).toBe(1);
  });
});
