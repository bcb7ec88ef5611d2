import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { session, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { callbackPath } from '../support/logto/callback-path.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';

const issuer = await startIssuer();
let lines: string[];

/** Also records the level of each line. */
const logger: LoggerService = {
  log: (...values: unknown[]) => leaks.log(...values),
  debug: (...values: unknown[]) => keep('debug', values),
  warn: (...values: unknown[]) => keep('warn', values),
  error: (...values: unknown[]) => keep('error', values),
};

function keep(level: string, values: unknown[]): void {
  lines.push(`${level} ${values.map(String).join(' ')}`);
  leaks.log(...values);
}

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], applicationOptions: { logger }, ...parts });

/** Opens a callback as Logto sends it with an error. */
async function refusedWith(browser: Browser, error: string): Promise<Page> {
  const { location = '' } = await browser.open('/logto/sign-in?returnTo=/protected');
  const state = new URL(location).searchParams.get('state') ?? '';
  return browser.open(callbackPath({ error, state, iss: issuer.issuer }));
}

describe('The log', () => {
  beforeEach(() => {
    lines = [];
  });

  afterEach(() => {
    restoreTime();
    issuer.clearFaults();
  });

  describe('for a rejected sign-in', () => {
    it.each([
      ['access_denied', 'debug'],
      ['invalid_target', 'error'],
      ['unauthorized_client', 'warn'],
    ])('has a line for %s at the level %s', async (error, level) => {
      await refusedWith((await start()).browser(), error);

      expect(lines.filter((line) => line.startsWith(`${level} ${error}: `))).toHaveLength(1);
    });

    it('has one line a minute for each cause, with the number of repetitions', async () => {
      const browser = (await start()).browser();
      for (let times = 0; times < 3; times += 1) await refusedWith(browser, 'unauthorized_client');
      expect(lines.filter((line) => line.includes('unauthorized_client'))).toHaveLength(1);

      passTime(61);
      await refusedWith(browser, 'unauthorized_client');

      expect(lines.filter((line) => line.includes('unauthorized_client'))).toEqual([
        expect.not.stringContaining('more times'),
        expect.stringContaining('(2 more times since this was last logged)'),
      ]);
    });

    it('has one line a minute for all made-up error codes', async () => {
      const browser = (await start()).browser();
      for (let times = 1; times <= 3; times += 1) await refusedWith(browser, `made-up-${times}`);

      expect(lines.filter((line) => line.includes('authorization_refused'))).toHaveLength(1);
    });

    it('names replicas with different secrets as the cause, and not an expired sign-in', async () => {
      const store = new MemorySessionStore();
      const one = await start({ logto: { session: { ...session, store } } });
      const secret = 'the-session-secret-of-another-replica';
      const other = await start({ instanceOf: one, logto: { session: { secret, store } } });
      const browser = one.browser();
      const { pathname, search } = new URL(await browser.authorize(issuer));

      const page = await browser.open(`${other.baseUrl}${pathname}${search}`);

      expect(page.text).toMatch(/cannot be decrypted.*sign_in_session\.invalid/s);
      expect(page.text).not.toContain('expired');
      expect(lines.join('\n')).toMatch(
        /^warn sign_in_session\.invalid: .*encrypted with another secret.*all instances/m,
      );
    });
  });

  describe('for a host name other than that of baseUrl', () => {
    it('has one line with both names when a sign-in starts there', async () => {
      const app = await start({ logto: { baseUrl: 'http://localhost:9', allowInsecureRequests: true } });
      const browser = app.browser();
      for (let times = 0; times < 2; times += 1)
        await browser.open('/logto/sign-in', { host: 'www.shop.example' });

      const warnings = lines.filter((line) => line.includes('www.shop.example'));
      expect(warnings).toEqual([
        expect.stringMatching(/^warn .*comes back to "localhost".*sign_in_session\.not_found/),
      ]);
    });

    it('has no line where a proxy rewrites the name and sends the original', async () => {
      const app = await start();
      const headers = { host: 'app:3000', 'x-forwarded-host': new URL(app.baseUrl).host };
      await app.browser().open('/logto/sign-in', headers);

      expect(lines.join('\n')).not.toContain('app:3000');
    });
  });

  describe('for a `returnTo` that is not allowed', () => {
    it.each([
      ['https://front.example/cart', /^warn .*"https:\/\/front\.example".*allowedOrigins/m],
      ['javascript:alert(1)', /^debug .*not a page of this app/m],
    ])('such as %s has a line with the remedy', async (returnTo, line) => {
      await (await start()).browser().open(`/logto/sign-in?returnTo=${encodeURIComponent(returnTo)}`);

      expect(lines.join('\n')).toMatch(line);
    });
  });

  it('for a cross-site request has a line with the origin and the remedy', async () => {
    const browser = await (await start()).signedInBrowser(issuer);
    const origin = 'https://other.example';
    const page = await browser.post('/logto/sign-out', { origin, 'sec-fetch-site': 'cross-site' });

    expect(page.status).toBe(403);
    expect(lines.join('\n')).toMatch(
      /^warn cross_site_request: .*"https:\/\/other\.example".*allowedOrigins/m,
    );
  });

  describe('in production', () => {
    let before: string | undefined;

    beforeEach(() => {
      before = process.env.NODE_ENV;
      process.env.NODE_ENV = 'production';
    });

    afterEach(() => {
      process.env.NODE_ENV = before;
    });

    it.each([
      ['a page', { accept: 'text/html', 'sec-fetch-mode': 'navigate' }],
      ['a problem body', { accept: 'application/json' }],
    ])('has the remedy, which is not in %s', async (_, headers) => {
      const app = await start({ logto: { session: undefined } });
      const page = await app.browser().fetch('/protected', { headers });

      expect(page.text).toContain('session_not_configured');
      expect(page.text).not.toMatch(/main\.ts|express-session|secret/);
      expect(page.text).toContain('not set up correctly');
      expect(lines.join('\n')).toMatch(/^error session_not_configured: .*app\.use\(session\(/m);
    });
  });
});

describe('The error page of a sign-in', () => {
  it('returns to the page after a sign-in that took too long', async () => {
    const browser = (await start()).browser();
    const callback = await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/user?tab=2');
    browser.cookies.clear();

    const page = await browser.open(callback);

    expect(page.text).toContain('sign_in_session.not_found');
    expect(page.text).toContain('href="/logto/sign-in?returnTo=%2Fuser%3Ftab%3D2"');
  });

  it('returns to the page after a sign-in that was cancelled at Logto', async () => {
    const page = await refusedWith((await start()).browser(), 'access_denied');

    expect(page.text).toContain('href="/logto/sign-in?returnTo=%2Fprotected"');
  });
});

describe('Two apps on one host name', () => {
  it('keep their users signed in independently', async () => {
    const [shop, admin] = [
      await startApp({ issuer, controllers: [PagesController] }),
      await startApp({ issuer, controllers: [PagesController] }),
    ];
    const browser = await shop.signedInBrowser(issuer);
    await browser.open(await browser.authorize(issuer, 'ada', `${admin.baseUrl}/logto/sign-in`));

    expect((await browser.open('/protected')).text).toBe('hello ada');
    expect((await browser.open(`${admin.baseUrl}/protected`)).text).toBe('hello ada');
    await browser.open(`${admin.baseUrl}/logto/sign-out`);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });
});
