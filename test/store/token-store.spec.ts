import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import expressSession from 'express-session';
import type { LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { TouchingStore } from '../../src/session/touching-store.js';
import { Touches } from '../../src/session/touches.js';
import { session, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { passTime, restoreTime } from '../support/clock.js';
import { Gate, type Gates } from '../support/gates.js';
import { application, resource, startIssuer } from '../support/issuer.js';
import { MemorySessionStore } from '../support/memory-session-store.js';
import { otherResource, startTokenApp, tokenTenant } from '../support/token-app.js';

const forResource = `/token?resource=${encodeURIComponent(resource)}`;
const forOther = `/token?resource=${encodeURIComponent(otherResource)}`;
const day = 24 * 3600;

/** Lets whatever is ready to go on do so. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Keys of the module's own entries. */
const tokenRecords = /^logto-tokens-/;
const sessions = /^(?!logto-)/;

type Mount = (
  store: MemorySessionStore,
) => Pick<TestAppParts, 'configure'> & { logto: Partial<LogtoModuleOptions> };

const byModule =
  (options: object): Mount =>
  (store) => ({ logto: { session: { ...session, ...options, store } } });

const byApp =
  (options: object): Mount =>
  (store) => ({
    logto: { session: undefined },
    configure: (app) =>
      app.use(
        expressSession({
          ...session,
          resave: false,
          saveUninitialized: false,
          cookie: { maxAge: 14 * day * 1000 },
          ...options,
          store,
        }),
      ),
  });

// What express-session answers while its store is down is the app's own affair where the app mounts it.
const mounts: { name: string; mount: Mount; resaves: boolean; whileDown: number }[] = [
  { name: 'a session that the module mounts', mount: byModule({}), resaves: false, whileDown: 503 },
  {
    name: 'a session that the module mounts, with resave: true',
    mount: byModule({ resave: true }),
    resaves: true,
    whileDown: 503,
  },
  { name: 'an app’s own session', mount: byApp({}), resaves: false, whileDown: 500 },
  {
    name: 'an app’s own session with resave, saveUninitialized and rolling all true',
    mount: byApp({ resave: true, saveUninitialized: true, rolling: true }),
    resaves: true,
    whileDown: 500,
  },
];

describe.each(mounts)('Tokens beside $name', ({ mount, resaves, whileDown }) => {
  let issuer: LogtoEmulator;
  let store: MemorySessionStore;
  let app: TestApp & { readonly gates: Gates };
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer({
      ...tokenTenant,
      rotation: 'every-use',
      refreshTokenReuseInterval: 0,
      ttl: { refreshToken: 300 * day, grant: 300 * day },
    });
    store = new MemorySessionStore();
    const { logto, ...parts } = mount(store);
    app = await startTokenApp({ issuer, ...parts, logto: { ...logto, revalidateAfter: false } });
  });

  beforeEach(async () => {
    store.clear();
    browser = app.browser();
    await browser.signIn(issuer);
    store.calls.length = 0;
    issuer.resetRequests();
  });

  afterEach(() => {
    store.failing = () => false;
    store.beforeSet = () => undefined;
    issuer.clearFaults();
    issuer.updateUser('ada', { name: 'Ada Lovelace' });
  });

  afterAll(async () => {
    restoreTime();
    await app.close();
    await issuer.close();
  });

  const sessionKey = (): string => store.keys().find((key) => sessions.test(key)) ?? '';
  const recordKey = (): string => store.keys().find((key) => tokenRecords.test(key)) ?? '';
  const user = async (): Promise<unknown> => (await browser.fetch('/user')).json();

  /** Holds the next write of an entry whose key matches, as a slow store would. */
  const holdNextSet = (keys: RegExp): Gate => {
    const gate = new Gate();
    store.beforeSet = (key) => {
      if (!keys.test(key)) return undefined;
      store.beforeSet = () => undefined;
      return gate.pass();
    };
    return gate;
  };

  it('stand in an entry of their own: the session holds none', async () => {
    await browser.fetch(forResource);
    const { refreshToken, idToken } = (await browser.fetch('/kept')).json<Record<string, string>>();
    const inSession = JSON.stringify(await store.stored(sessionKey()));
    const inRecord = JSON.stringify(await store.stored(recordKey()));
    for (const token of [refreshToken, idToken]) {
      expect(inSession).not.toContain(token);
      expect(inRecord).toContain(token);
    }
  });

  it('are gone from the store after a sign-out, and the refresh token is revoked', async () => {
    const { refreshToken } = (await browser.fetch('/kept')).json<{ refreshToken: string }>();
    await browser.open('/logto/sign-out');
    expect(store.keys().filter((key) => tokenRecords.test(key))).toEqual([]);
    expect(issuer.requests('revocation').map(({ body }) => body.token)).toEqual([refreshToken]);
  });

  it('are not put back by a slow request that saves its session after a refresh', async () => {
    const gate = app.gates.create('late');
    const slow = browser.fetch('/slow/late');
    await gate.reached;
    await browser.fetch(forResource);
    gate.release();
    await slow;

    expect((await browser.fetch(forOther)).status).toBe(200);
    expect((await browser.fetch('/cart')).json()).toEqual(['late']);
  });

  it('claims that were refreshed are not put back by a slow request either, whose own data is saved', async () => {
    const gate = app.gates.create('late');
    const slow = browser.fetch('/slow/late');
    await gate.reached;
    issuer.updateUser('ada', { name: 'Augusta' });
    await browser.fetch('/refresh');
    gate.release();
    await slow;

    expect(await store.stored(sessionKey())).toMatchObject({
      cart: ['late'],
      logto: { claims: { name: 'Augusta' } },
    });
  });

  // With `resave: true` each of two parallel requests writes its own copy, by the app's own choice.
  if (!resaves) {
    it('a refresh that changes claims loses nothing that a parallel request adds while they are being stored', async () => {
      const gate = app.gates.create('book');
      const added = browser.fetch('/slow/book');
      await gate.reached;
      issuer.updateUser('ada', { name: 'Augusta' });
      const held = holdNextSet(sessions);
      const refresh = browser.fetch('/refresh');
      await held.reached;
      gate.release();
      await turns(100);
      held.release();
      await Promise.all([refresh, added]);

      expect(await store.stored(sessionKey())).toMatchObject({
        cart: ['book'],
        logto: { claims: { name: 'Augusta' } },
      });
    });

    it('nor what a parallel request is just storing', async () => {
      const held = holdNextSet(sessions);
      const added = browser.fetch('/cart/add/book');
      await held.reached;
      issuer.updateUser('ada', { name: 'Augusta' });
      const refresh = browser.fetch('/refresh');
      await turns(100);
      held.release();
      await Promise.all([refresh, added]);

      expect(await store.stored(sessionKey())).toMatchObject({
        cart: ['book'],
        logto: { claims: { name: 'Augusta' } },
      });
    });
  }

  it('a slow request that saves its session after a sign-out does not bring the user back', async () => {
    const gate = app.gates.create('late');
    const cookies = browser.cookies.header(app.baseUrl);
    const slow = browser.fetch('/slow/late');
    await gate.reached;
    await browser.open('/logto/sign-out');
    store.calls.length = 0;
    gate.release();
    await slow;

    expect(store.count('set', sessions)).toBe(0);
    const thief = app.browser();
    expect((await thief.fetch('/user', { headers: { cookie: cookies } })).json()).toEqual({
      isAuthenticated: false,
    });
    expect((await thief.fetch(forResource, { headers: { cookie: cookies } })).status).toBe(401);
  });

  it('nor does one whose session is just being written when the sign-out comes', async () => {
    const id = sessionKey();
    const held = holdNextSet(sessions);
    const slow = browser.fetch('/cart/add/book');
    await held.reached;
    await browser.open('/logto/sign-out');
    held.release();
    await slow;

    expect(store.keys()).not.toContain(id);
  });

  it('of 30 requests around a sign-out none brings the session or the tokens back', async () => {
    const [id, record] = [sessionKey(), recordKey()];
    const cookie = browser.cookies.header(app.baseUrl);
    const around = Array.from({ length: 30 }, (_, index) =>
      app.browser().fetch(index % 3 === 0 ? forResource : `/cart/add/${index}`, { headers: { cookie } }),
    );
    await browser.open('/logto/sign-out');
    await Promise.all(around);
    expect(store.keys()).not.toContain(id);
    expect(store.keys()).not.toContain(record);
  });

  it('a sign-out in the middle of a slow refresh is final: the new tokens are revoked, not kept', async () => {
    const gate = new Gate();
    issuer.failNext('token', {
      transform: async (response) => {
        await gate.pass();
        return response;
      },
    });
    const refresh = browser.fetch(forResource);
    await gate.reached;
    await browser.open('/logto/sign-out');
    gate.release();

    expect((await refresh).status).toBe(401);
    expect(issuer.countRequests('revocation')).toBe(2);
    expect(store.keys().filter((key) => tokenRecords.test(key))).toEqual([]);
  });

  it('a sign-in in the middle of a slow refresh keeps the new tokens alone, and they work', async () => {
    const gate = new Gate();
    issuer.failNext('token', {
      transform: async (response) => {
        await gate.pass();
        return response;
      },
    });
    // Another browser's jar, for with `rolling` the late answer hands out the cookie that it came with.
    const refresh = app
      .browser()
      .fetch(forResource, { headers: { cookie: browser.cookies.header(app.baseUrl) } });
    await gate.reached;
    await browser.signIn(issuer);
    gate.release();
    await refresh;

    expect(store.keys().filter((key) => tokenRecords.test(key))).toHaveLength(1);
    expect(issuer.countRequests('revocation')).toBe(0);
    expect((await browser.fetch(forOther)).status).toBe(200);
  });

  it('a store that fails to read tokens is told as 503, and the user is still there when it is back', async () => {
    store.failing = (operation, key) => operation === 'get' && tokenRecords.test(key);
    const failed = await browser.fetch(forResource);
    expect([failed.status, failed.json()]).toMatchObject([503, { code: 'session_store_unavailable' }]);

    store.failing = () => false;
    expect((await browser.fetch(forResource)).status).toBe(200);
  });

  it('a store that fails to write refreshed tokens loses none: they are used, and written when it is back', async () => {
    store.failing = (operation) => operation === 'set';
    // Neither request has anything of its own to save, unless the app resaves every session.
    const first = (await browser.fetch(forResource)).text;
    const second = (await browser.fetch(forOther)).text;
    expect(issuer.countRequests('token')).toBe(2);

    store.failing = () => false;
    await browser.fetch(forResource);
    const stored = JSON.stringify(await store.stored(recordKey()));
    for (const { token } of [first, second].map((text) => JSON.parse(text) as { token: string })) {
      expect(stored).toContain(token);
    }
  });

  it('a store that is down altogether is an error and no false sign-out', async () => {
    store.failing = () => true;
    const down = await browser.fetch('/user');
    expect([down.status, down.text]).toEqual([whileDown, expect.not.stringContaining('isAuthenticated')]);
    expect(down.headers.get('set-cookie')).toBeNull();
    store.failing = () => false;
    expect(await user()).toMatchObject({ isAuthenticated: true });
  });

  it('tokens that a store has lost are a sign-in to ask for, not an error', async () => {
    store.destroy(recordKey());
    expect((await browser.fetch(forResource)).status).toBe(401);
    expect((await browser.open(forResource)).location).toContain('/logto/sign-in');
  });

  it('the tokens are touched at most once per tenth of the session’s lifetime', async () => {
    for (let tenth = 0; tenth < 3; tenth += 1) {
      passTime(1.4 * day + 1);
      store.calls.length = 0;
      await Promise.all(Array.from({ length: 10 }, () => browser.fetch('/user')));
      await browser.fetch('/user');
      expect(store.count('touch', tokenRecords)).toBe(1);
    }
  });

  it('the tokens live as long as a session that is used, however long that is', async () => {
    for (let use = 0; use < 30; use += 1) {
      passTime(3 * day);
      expect(await user()).toMatchObject({ isAuthenticated: true });
    }
    expect((await browser.fetch(forResource)).status).toBe(200);
  });

  it('and outlive one that was last saved shortly before its tokens were due to be touched', async () => {
    await user();
    passTime(1.3 * day);
    await browser.fetch('/cart/add/book');
    passTime(13.9 * day);
    expect(await user()).toMatchObject({ isAuthenticated: true });
    expect((await browser.fetch(forResource)).status).toBe(200);
  });
});

describe('A session store', () => {
  let issuer: LogtoEmulator;
  let store: MemorySessionStore;
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    issuer = await startIssuer(tokenTenant);
    store = new MemorySessionStore();
    app = await startTokenApp({
      issuer,
      logto: { lifetime: { absolute: 3600 }, revalidateAfter: false, session: { ...session, store } },
    });
    // So that ID tokens name Logto's session.
    issuer.setApplication({
      ...application,
      backchannelLogoutUri: `${app.baseUrl}/logto/back-channel-logout`,
      backchannelLogoutSessionRequired: true,
    });
    browser = app.browser();
  });

  afterEach(async () => {
    restoreTime();
    await app.close();
    await issuer.close();
  });

  const sessionKey = (): string => store.keys().find((key) => sessions.test(key)) ?? '';
  const listKeys = (): string[] => store.keys().filter((key) => key.startsWith('logto-sign-ins-'));

  /** How many sign-ins each list holds by which logout tokens find sessions. */
  const listed = async (): Promise<number[]> => {
    const entries = await Promise.all(listKeys().map((key) => store.stored(key)));
    return entries.map((entry) => (entry as unknown as { logtoSignIns: unknown[] }).logtoSignIns.length);
  };

  it('does not fill up with a browser that signs in again and again', async () => {
    for (let time = 0; time < 8; time += 1) await browser.signIn(issuer);

    expect(store.keys().filter((key) => sessions.test(key))).toHaveLength(1);
    const { logto } = (await store.stored(sessionKey())) ?? {};
    expect(logto?.completed).toHaveLength(5);
    // By the user, and by Logto's session.
    expect(await listed()).toEqual([1, 1]);

    await browser.open('/logto/sign-out');
    expect(await listed()).toEqual([0, 0]);
  });

  it('has no key that tells a session, a user or a session of Logto', async () => {
    await browser.signIn(issuer);
    const id = sessionKey();
    const { logto } = (await store.stored(id)) ?? {};
    if (!logto || 'ended' in logto) throw new Error('nobody is signed in');
    expect(logto.sid).toEqual(expect.any(String));
    await browser.open('/logto/sign-out');

    const keys = store.keys();
    expect(keys.length).toBeGreaterThan(0);
    for (const told of [id, 'ada', logto.sid, 'sub ', 'sid ']) {
      for (const key of keys) expect(key).not.toContain(told);
    }
  });

  it('keeps no tokens of a sign-in whose lifetime ended while they were being refreshed', async () => {
    await browser.signIn(issuer);
    const gate = new Gate();
    issuer.failNext('token', {
      transform: async (response) => {
        await gate.pass();
        return response;
      },
    });
    const slow = browser.fetch(forResource);
    await gate.reached;
    passTime(3700);
    expect((await browser.fetch('/user')).json()).toEqual({ isAuthenticated: false });
    while (store.keys().some((key) => tokenRecords.test(key))) await turns(1);
    gate.release();

    expect((await slow).status).toBe(401);
    expect(store.keys().filter((key) => tokenRecords.test(key))).toEqual([]);
  });
});

describe('A session store that never answers', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is an error that tells so after ten seconds: no request hangs with it', () => {
    jest.useFakeTimers();
    const hanging = new MemorySessionStore();
    hanging.get = () => undefined;
    const answers: unknown[] = [];
    new TouchingStore(hanging, new TouchThrottle()).get('some-session', (error) => answers.push(error));

    jest.advanceTimersByTime(9_999);
    expect(answers).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(answers).toEqual([
      expect.objectContaining({ code: 'session_store_unavailable', transient: true }),
    ]);
  });
});
