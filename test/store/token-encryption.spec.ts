import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEncryptionOptions, LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { session, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { watchLogs } from '../support/app/options.js';
import { sessionMounts } from '../support/app/session-mounts.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { sessions, tokenRecords } from '../support/app/token-store-app.js';

const oldKey = 'the-old-encryption-key-of-the-specs';
const newKey = 'the-new-encryption-key-of-the-specs';
const otherKey = 'another-encryption-key-of-the-specs';

const tokenKinds = ['access_token', 'id_token', 'refresh_token'];

/** With a lock, callbacks leave their outcome in the store. */
const lock: LogtoModuleOptions['lock'] = { run: (_key, fn) => fn() };

describe.each(sessionMounts)('The store of a session that %s mounts', (_mountedBy, mount) => {
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    issuer = await startIssuer(tokenTenant);
  });

  /** The content of the store after an app has used tokens in each way. */
  async function dumpAfterUse(encryption: LogtoEncryptionOptions | undefined): Promise<string> {
    const store = new MemorySessionStore();
    const { logto, ...parts } = mount({ store });
    const app = await startTokenApp({
      issuer,
      ...parts,
      logto: { ...logto, lock, userInfoTtl: 60, ...(encryption && { encryption }) },
    });
    const browser = await app.signedInBrowser(issuer);
    for (const path of [
      resourceTokenPath,
      '/token',
      '/organizations',
      '/user-info',
      '/refresh',
      '/stored-tokens',
    ])
      expect((await browser.fetch(path)).status).toBe(200);
    await browser.signIn(issuer, 'ada');
    await browser.fetch(resourceTokenPath);
    await (await app.signedInBrowser(issuer, 'bob')).open('/logto/sign-out');
    return store.dump();
  }

  it('holds tokens in plain text without encryption', async () => {
    expect(leaks.secretKindsIn(await dumpAfterUse(undefined))).toEqual(tokenKinds);
  });

  it('holds no token and no other secret with encryption', async () => {
    const dump = await dumpAfterUse({ keys: [newKey] });
    expect(dump).toContain('logto-callback-');
    expect(dump).toContain('logto-tokens-');
    expect(leaks.secretKindsIn(dump)).toEqual([]);
  });
});

describe('Encrypted tokens', () => {
  let issuer: LogtoEmulator;
  let store: MemorySessionStore;
  let first: TestApp | undefined;

  beforeAll(async () => {
    issuer = await startIssuer(tokenTenant);
  });

  beforeEach(() => {
    store = new MemorySessionStore();
    first = undefined;
  });

  afterEach(() => restoreTime());

  /** An instance of the app, all on one store. */
  async function start(
    encryption: LogtoEncryptionOptions | undefined,
    logto: Partial<LogtoModuleOptions> = {},
  ): Promise<TestApp> {
    const app = await startTokenApp({
      issuer,
      ...(first && { instanceOf: first }),
      logto: {
        revalidateAfter: false,
        ...logto,
        session: { ...session, store },
        ...(encryption && { encryption }),
      },
    });
    first ??= app;
    return app;
  }

  const recordKeys = (): string[] => store.keys().filter((key) => tokenRecords.test(key));

  const tokensIn = async (key = recordKeys()[0] ?? ''): Promise<Record<string, string>> =>
    ((await store.stored(key)) as unknown as { logtoTokens: Record<string, string> }).logtoTokens;

  /** The header of the only record, which is readable without a key. */
  async function keyId(): Promise<unknown> {
    const { protected: header = '' } = await tokensIn();
    return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: unknown }).kid;
  }

  const tokenAt = async (app: TestApp, browser: Browser): Promise<unknown> => {
    const page = await browser.fetch(app.baseUrl + resourceTokenPath);
    return page.status === 200 ? page.json<{ token: string }>().token : page.status;
  };

  /** Signs ada in at one of the instances, which all have the first one's callback URL. */
  async function signInAt({ baseUrl }: TestApp, browser: Browser): Promise<void> {
    const callback = await browser.authorize(issuer, 'ada', `${baseUrl}/logto/sign-in`);
    const { pathname, search } = new URL(callback);
    expect((await browser.open(baseUrl + pathname + search)).status).toBe(302);
  }

  /** Signs ada in at an instance that has encrypted her tokens with a key. */
  async function signIn(...keys: string[]): Promise<Browser> {
    const browser = await (await start({ keys })).signedInBrowser(issuer);
    await browser.fetch(resourceTokenPath);
    issuer.resetRequests();
    return browser;
  }

  it('are read by every instance that has their key, wherever it is in the list', async () => {
    const browser = await signIn(oldKey);
    const token = await tokenAt(first as TestApp, browser);
    const others = [await start({ keys: [oldKey, newKey] }), await start({ keys: [newKey, oldKey] })];
    for (const app of others) expect(await tokenAt(app, browser)).toBe(token);
    expect(issuer.countRequests('token')).toBe(0);
  });

  it('are encrypted with the first key at the next write, and can then do without the old one', async () => {
    const browser = await signIn(oldKey);
    const before = await keyId();
    const rotating = await start({ keys: [newKey, oldKey] });
    expect(await tokenAt(rotating, browser)).toEqual(expect.any(String));
    expect(await keyId()).toBe(before);

    await browser.fetch(`${rotating.baseUrl}/refresh`);
    expect(await keyId()).not.toBe(before);
    expect(await tokenAt(await start({ keys: [newKey] }), browser)).toEqual(expect.any(String));
  });

  it('that were stored in plain text are read, and encrypted at the next write', async () => {
    const plain = await start(undefined);
    const browser = await plain.signedInBrowser(issuer);
    const token = await tokenAt(plain, browser);
    const app = await start({ keys: [newKey] });
    expect(await tokenAt(app, browser)).toBe(token);
    expect(leaks.secretKindsIn(store.dump())).toEqual(tokenKinds);

    await browser.fetch(`${app.baseUrl}/refresh`);
    expect(leaks.secretKindsIn(store.dump())).toEqual([]);
    expect(await tokenAt(app, browser)).toEqual(expect.any(String));
  });

  it('are read with decryptOnly, and stored in plain text at the next write', async () => {
    const browser = await signIn(newKey);
    const app = await start({ keys: [newKey], decryptOnly: true });
    expect(await tokenAt(app, browser)).toEqual(expect.any(String));
    await browser.fetch(`${app.baseUrl}/refresh`);
    expect(await tokensIn()).toHaveProperty('refreshToken');
    expect(await tokenAt(await start(undefined), browser)).toEqual(expect.any(String));
  });

  it('are not read by a request that needs none, nor when the record is touched', async () => {
    const browser = await signIn(oldKey);
    const app = await start({ keys: [newKey] });
    const logs = watchLogs();
    const before = await tokensIn();
    passTime(2 * 24 * 3600);
    store.calls.length = 0;
    for (let time = 0; time < 3; time += 1)
      expect((await browser.fetch(`${app.baseUrl}/me`)).json()).toMatchObject({ isAuthenticated: true });
    expect(store.count('touch', tokenRecords)).toBe(1);
    expect(await tokensIn()).toEqual(before);
    expect(logs()).toEqual([]);
  });

  describe.each<[situation: string, encryption: LogtoEncryptionOptions | undefined, has: string]>([
    ['whose key is no longer listed', { keys: [newKey] }, '`encryption.keys` has only '],
    ['when the encryption was turned off', undefined, 'the option `encryption` has no keys'],
  ])('%s', (_situation, encryption, reason) => {
    it('end the sign-in and nothing else, without a request to Logto', async () => {
      const browser = await signIn(oldKey);
      await browser.fetch('/cart/add/book');
      const app = await start(encryption);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => browser.fetch(app.baseUrl + resourceTokenPath)),
      );
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
      expect(answers[0]?.json()).toMatchObject({ code: 'not_authenticated' });
      expect(issuer.countRequests('token')).toBe(0);

      expect(recordKeys()).toEqual([]);
      expect((await browser.fetch(`${app.baseUrl}/user`)).json()).toEqual({ isAuthenticated: false });
      expect((await browser.fetch(`${app.baseUrl}/cart`)).json()).toEqual(['book']);
      await signInAt(app, browser);
      expect(await tokenAt(app, browser)).toEqual(expect.any(String));
    });

    it('are logged once for each key id, with what to do', async () => {
      const ofOneKey = await signIn(oldKey);
      const id = await keyId();
      const browsers = [ofOneKey, await (first as TestApp).signedInBrowser(issuer), first!.browser()];
      await signInAt(await start({ keys: [otherKey] }), browsers[2]!);
      const app = await start(encryption);
      const logs = watchLogs();
      for (const browser of browsers) await browser.fetch(app.baseUrl + resourceTokenPath);

      const lines = logs().filter((line) => line.includes('token_decryption_failed'));
      expect(lines).toHaveLength(2);
      expect(lines[0]).toContain(`the key ${String(id)}, and ${reason}`);
      for (const line of lines) {
        expect(line).toContain('List the key on all instances');
        expect(line).toContain('errors.md#token_decryption_failed');
      }
    });

    it('end the sign-in when its claims are refreshed, without an error', async () => {
      const browser = await signIn(oldKey);
      const app = await start(encryption, { revalidateAfter: 3600 });
      passTime(3601);
      for (let time = 0; time < 2; time += 1) {
        const page = await browser.fetch(`${app.baseUrl}/me`);
        expect([page.status, page.json()]).toEqual([200, { isAuthenticated: false }]);
      }
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('do not keep a user from signing out', async () => {
      const browser = await signIn(oldKey);
      const app = await start(encryption);
      expect((await browser.fetch(`${app.baseUrl}/stored-tokens`)).json()).toEqual({});
      expect((await browser.open(`${app.baseUrl}/logto/sign-out`)).status).toBe(302);
      expect(store.keys().filter((key) => sessions.test(key))).toEqual([]);
      expect(recordKeys()).toEqual([]);
    });
  });

  it.each<[change: string, tamper: (own: object, others: object) => object]>([
    ['moved there from another sign-in', (_own, others) => others],
    [
      'moved there with the other id',
      (own, others) => ({ ...others, aad: Reflect.get(own, 'aad') as unknown }),
    ],
    ['changed', (own) => ({ ...own, ciphertext: 'changed' })],
    ['left without a header', (own) => ({ ...own, protected: '?' })],
  ])('are rejected if the record was %s', async (_change, tamper) => {
    const browser = await signIn(newKey);
    const [own = ''] = recordKeys();
    await (first as TestApp).signedInBrowser(issuer, 'bob');
    const others = recordKeys().find((key) => key !== own);
    const entry = (await store.stored(own)) as NonNullable<Awaited<ReturnType<typeof store.stored>>>;
    const logtoTokens = tamper(await tokensIn(own), await tokensIn(others));
    store.set(own, Object.assign(entry, { logtoTokens }));
    const logs = watchLogs();

    expect((await browser.fetch(resourceTokenPath)).status).toBe(401);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    expect(logs().join()).toMatch(/token_decryption_failed.*Check who can write to the store/);
  });
});
