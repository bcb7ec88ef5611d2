import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TouchThrottle } from '../../src/store/touch-throttle.js';
import { TouchingStore } from '../../src/store/touching-store.js';
import type { Browser } from '../support/requests/browser.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { otherTokenPath, resourceTokenPath } from '../support/logto/token-path.js';
import { startTokenStoreApps, tokenRecords } from '../support/app/token-store-app.js';

const apps = await startTokenStoreApps();

describe.each(apps)('A store that fails, under $name,', ({ whileDown, ...context }) => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await context.signedInBrowser();
  });

  afterEach(() => {
    context.store.shouldFail = () => false;
  });

  it('to read tokens leads to 503 and does not sign the user out', async () => {
    const { store } = context;
    store.shouldFail = (operation, key) => operation === 'get' && tokenRecords.test(key);
    const failed = await browser.fetch(resourceTokenPath);
    expect([failed.status, failed.json()]).toMatchObject([503, { code: 'session_store_unavailable' }]);

    store.shouldFail = () => false;
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });

  it('to write refreshed tokens loses none: they are used, and written when the store recovers', async () => {
    const { store } = context;
    store.shouldFail = (operation) => operation === 'set';
    // Neither request has data to save, unless the app resaves every session.
    const first = (await browser.fetch(resourceTokenPath)).text;
    const second = (await browser.fetch(otherTokenPath)).text;
    expect(context.issuer.countRequests('token')).toBe(2);

    store.shouldFail = () => false;
    await browser.fetch(resourceTokenPath);
    const stored = JSON.stringify(await store.stored(context.recordKeys()[0] ?? ''));
    for (const { token } of [first, second].map((text) => JSON.parse(text) as { token: string })) {
      expect(stored).toContain(token);
    }
  });

  it('altogether leads to an error and does not sign the user out', async () => {
    context.store.shouldFail = () => true;
    const down = await browser.fetch('/user');
    expect([down.status, down.text]).toEqual([whileDown, expect.not.stringContaining('isAuthenticated')]);
    expect(down.headers.get('set-cookie')).toBeNull();
    context.store.shouldFail = () => false;
    expect((await browser.fetch('/user')).json()).toMatchObject({ isAuthenticated: true });
  });
});

describe('A store that never answers', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('leads to an error after ten seconds, so that no request hangs', () => {
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

  it('leads to an error even where the app destroys a session', async () => {
    const hanging = new MemorySessionStore();
    hanging.destroy = () => undefined;
    const destroyed = new Promise((resolve) =>
      new TouchingStore(hanging, new TouchThrottle()).destroy('id', resolve),
    );
    jest.advanceTimersByTime(10_000);

    expect(await destroyed).toMatchObject({ code: 'session_store_unavailable' });
  });
});
