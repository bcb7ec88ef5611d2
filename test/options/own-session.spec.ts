import { describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import session, { type SessionOptions } from 'express-session';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { watchLogs } from '../support/app/options.js';
import { ownSession } from '../support/app/own-session.js';
import { PagesController } from '../support/requests/pages.js';
import { withNodeEnv } from '../support/app/with-node-env.js';

const secret = 'a-session-secret';

const issuer = await startIssuer();

describe('A session that can only be checked at the first request', () => {
  const start = (parts: Omit<TestAppParts, 'issuer'>): Promise<TestApp> =>
    startApp({ issuer, controllers: [PagesController], ...parts });

  const mounting =
    (options?: Partial<SessionOptions>) =>
    (nest: NestExpressApplication): void => {
      nest.use(ownSession(options));
    };

  it('causes one warning, when the module first sees it', async () => {
    const logs = watchLogs();
    const app = await start({
      logto: { session: undefined },
      configure: mounting({ cookie: { maxAge: 14 * 24 * 60 * 60, sameSite: 'strict' } }),
    });
    expect(logs().filter((text) => text.includes('session cookie'))).toEqual([]);

    for (let visit = 0; visit < 3; visit += 1) await app.browser().open('/user');

    const warnings = logs().filter((text) => text.includes('session cookie'));
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/milliseconds[^]*"lax"/);
  });

  /** The cookie attributes that the log warns about after the first request. */
  async function attributesWarnedAbout(
    parts: Omit<TestAppParts, 'issuer'>,
    headers: Record<string, string> = {},
  ): Promise<string[]> {
    const logs = watchLogs();
    const app = await start(parts);
    await app.browser().open('/user', headers);
    return logs().flatMap((text) => /session cookie's `(\w+)`/.exec(text)?.[1] ?? []);
  }

  it('is checked as a whole', async () => {
    const cookie = { domain: 'example.org', httpOnly: false, sameSite: 'none' as const };

    expect(
      await attributesWarnedAbout({ logto: { session: undefined }, configure: mounting({ cookie }) }),
    ).toEqual(['domain', 'sameSite', 'httpOnly']);
  });

  it('is checked when `session.cookie` is a function', async () => {
    const cookie = (): object => ({ domain: 'example.org', maxAge: 60_000 });

    expect(await attributesWarnedAbout({ logto: { session: { secret, cookie } } })).toEqual([
      'domain',
      'maxAge',
    ]);
  });

  it('causes a warning when a function returns `secure: "auto"`, which express-session ignores there', async () => {
    const cookie = (): object => ({ secure: 'auto' });

    expect(await attributesWarnedAbout({ logto: { session: { secret, cookie } } })).toEqual(['secure']);
  });

  describe('of an app that browsers reach over https', () => {
    const logto = { session: undefined, baseUrl: 'https://app.example.com' };
    const viaProxy = { 'x-forwarded-proto': 'https' };

    it('causes a warning when its cookie is not secure', async () => {
      expect(await attributesWarnedAbout({ logto, configure: mounting() }, viaProxy)).toEqual(['secure']);
    });

    it('causes a warning when the app does not trust the proxy', async () => {
      const configure = mounting({ cookie: { secure: 'auto' } });

      expect(await attributesWarnedAbout({ logto, configure }, viaProxy)).toEqual(['secure']);
    });

    it('is fine when the app trusts the proxy', async () => {
      const configure = mounting({ proxy: true, cookie: { secure: 'auto', sameSite: 'none' } });

      expect(await attributesWarnedAbout({ logto, configure }, viaProxy)).toEqual([]);
    });

    it('is fine when a health check comes over http', async () => {
      const configure = mounting({ proxy: true, cookie: { secure: 'auto', sameSite: 'none' } });

      expect(await attributesWarnedAbout({ logto, configure })).toEqual([]);
    });
  });

  describe('in memory', () => {
    async function warningsIn(environment: string, parts: Omit<TestAppParts, 'issuer'>): Promise<string[]> {
      const logs = watchLogs();
      await withNodeEnv(environment, async () => {
        const app = await start(parts);
        await app.browser().open('/user');
        await app.browser().open('/user');
      });
      return logs().filter((text) => text.includes('restart'));
    }

    const sessionsEndAtRestart = expect.stringMatching(/each restart.*signs everybody out.*`store`/);

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      ['of the module', { logto: { session: { secret } } }],
      ['of the app', { logto: { session: undefined }, configure: mounting() }],
    ])('logs in development that a restart ends it: %s', async (_, parts) => {
      expect(await warningsIn('development', parts)).toEqual([sessionsEndAtRestart]);
      expect(await warningsIn('', parts)).toEqual([sessionsEndAtRestart]);
    });

    it.each(['test', 'production'])('does not log that in %s', async (environment) => {
      expect(await warningsIn(environment, { logto: { session: { secret } } })).toEqual([]);
    });

    it('does not log that when the store survives a restart', async () => {
      class FileStore extends session.Store {
        get = (_id: string, done: (error: unknown, data?: null) => void): void => done(undefined, null);
        set = (_id: string, _data: unknown, done?: () => void): void => done?.();
        destroy = (_id: string, done?: () => void): void => done?.();
      }

      for (const parts of [
        { logto: { session: { secret, store: new FileStore() } } },
        { logto: { session: undefined }, configure: mounting({ store: new FileStore() }) },
      ])
        expect(await warningsIn('development', parts)).toEqual([]);
    });
  });
});
