import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import session, { type SessionOptions } from 'express-session';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from '../support/app.js';
import { startIssuer } from '../support/issuer.js';
import { watchLogs } from '../support/options.js';
import { PagesController } from '../support/pages.js';

const secret = 'a-session-secret';

describe('A session whose set-up is not known at start', () => {
  let issuer: LogtoEmulator;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  afterAll(() => issuer.close());

  async function started(parts: Omit<TestAppParts, 'issuer'>): Promise<TestApp> {
    const app = await startApp({ issuer, controllers: [PagesController], ...parts });
    apps.push(app);
    return app;
  }

  const mounting =
    (options: Partial<SessionOptions>) =>
    (nest: NestExpressApplication): void => {
      nest.use(session({ secret, resave: false, saveUninitialized: false, ...options }));
    };

  it('is remarked on when it is first seen, once', async () => {
    const logs = watchLogs();
    const app = await started({
      logto: { session: undefined },
      configure: mounting({ cookie: { maxAge: 14 * 24 * 60 * 60, sameSite: 'strict' } }),
    });
    expect(logs().filter((text) => text.includes('session cookie'))).toEqual([]);

    for (let visit = 0; visit < 3; visit += 1) await app.browser().open('/user');

    const remarks = logs().filter((text) => text.includes('session cookie'));
    expect(remarks).toHaveLength(2);
    expect(remarks.join()).toMatch(/milliseconds[^]*"lax"/);
  });

  /** The attributes that are remarked on once a page was opened. */
  async function remarkedOn(
    parts: Omit<TestAppParts, 'issuer'>,
    headers: Record<string, string> = {},
  ): Promise<string[]> {
    const logs = watchLogs();
    const app = await started(parts);
    await app.browser().open('/user', headers);
    return logs().flatMap((text) => /session cookie's `(\w+)`/.exec(text)?.[1] ?? []);
  }

  it('is looked at as a whole', async () => {
    const cookie = { domain: 'example.org', httpOnly: false, sameSite: 'none' as const };

    expect(await remarkedOn({ logto: { session: undefined }, configure: mounting({ cookie }) })).toEqual([
      'domain',
      'sameSite',
      'httpOnly',
    ]);
  });

  it('is looked at when a function makes the cookie of the module’s own', async () => {
    const cookie = (): object => ({ domain: 'example.org', maxAge: 60_000 });

    expect(await remarkedOn({ logto: { session: { secret, cookie } } })).toEqual(['domain', 'maxAge']);
  });

  it('is remarked on where a function says that the connection decides, which express-session does not ask then', async () => {
    const cookie = (): object => ({ secure: 'auto' });

    expect(await remarkedOn({ logto: { session: { secret, cookie } } })).toEqual(['secure']);
  });

  describe('of an app that browsers reach by https', () => {
    const logto = { session: undefined, baseUrl: 'https://app.example.com' };
    const viaProxy = { 'x-forwarded-proto': 'https' };

    it('is remarked on where its cookie is not secure', async () => {
      expect(await remarkedOn({ logto, configure: mounting({}) }, viaProxy)).toEqual(['secure']);
    });

    it('is remarked on where the app does not trust the proxy that says so', async () => {
      const configure = mounting({ cookie: { secure: 'auto' } });

      expect(await remarkedOn({ logto, configure }, viaProxy)).toEqual(['secure']);
    });

    it('needs no remark where it does', async () => {
      const configure = mounting({ proxy: true, cookie: { secure: 'auto', sameSite: 'none' } });

      expect(await remarkedOn({ logto, configure }, viaProxy)).toEqual([]);
    });

    it('needs none for a health check that comes by http', async () => {
      const configure = mounting({ proxy: true, cookie: { secure: 'auto', sameSite: 'none' } });

      expect(await remarkedOn({ logto, configure })).toEqual([]);
    });
  });

  describe('in memory', () => {
    async function remarksIn(environment: string, parts: Omit<TestAppParts, 'issuer'>): Promise<string[]> {
      const before = process.env.NODE_ENV;
      const logs = watchLogs();
      process.env.NODE_ENV = environment;
      try {
        const app = await started(parts);
        await app.browser().open('/user');
        await app.browser().open('/user');
      } finally {
        process.env.NODE_ENV = before;
      }
      return logs().filter((text) => text.includes('restart'));
    }

    const everySessionEnds = expect.stringMatching(/each restart.*signs everybody out.*`store`/);

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      ['the module’s', { logto: { session: { secret } } }],
      ['the app’s own', { logto: { session: undefined }, configure: mounting({}) }],
    ])('is told in development that a restart ends it: %s', async (_, parts) => {
      expect(await remarksIn('development', parts)).toEqual([everySessionEnds]);
      expect(await remarksIn('', parts)).toEqual([everySessionEnds]);
    });

    it.each(['test', 'production'])('is not told so in %s', async (environment) => {
      expect(await remarksIn(environment, { logto: { session: { secret } } })).toEqual([]);
    });

    it('is not told so of a store that outlives a restart', async () => {
      class FileStore extends session.Store {
        get = (_id: string, done: (error: unknown, data?: null) => void): void => done(undefined, null);
        set = (_id: string, _data: unknown, done?: () => void): void => done?.();
        destroy = (_id: string, done?: () => void): void => done?.();
      }

      for (const parts of [
        { logto: { session: { secret, store: new FileStore() } } },
        { logto: { session: undefined }, configure: mounting({ store: new FileStore() }) },
      ])
        expect(await remarksIn('development', parts)).toEqual([]);
    });
  });
});
