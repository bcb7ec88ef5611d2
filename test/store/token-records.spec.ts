import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { startTokenStoreApps, tokenRecords } from '../support/app/token-store-app.js';

const day = 24 * 3600;

describe.each(await startTokenStoreApps())('The token record of $name', (context) => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await context.signedInBrowser();
  });

  afterAll(() => restoreTime());

  const user = async (): Promise<unknown> => (await browser.fetch('/user')).json();

  it('holds the tokens, and the session holds none', async () => {
    const { store } = context;
    await browser.fetch(resourceTokenPath);
    const { refreshToken, idToken } = (await browser.fetch('/stored-tokens')).json<Record<string, string>>();
    const inSession = JSON.stringify(await store.stored(context.sessionKey()));
    const inRecord = JSON.stringify(await store.stored(context.recordKeys()[0] ?? ''));
    for (const token of [refreshToken, idToken]) {
      expect(inSession).not.toContain(token);
      expect(inRecord).toContain(token);
    }
  });

  it('is deleted at sign-out, and its refresh token is revoked', async () => {
    const { refreshToken } = (await browser.fetch('/stored-tokens')).json<{ refreshToken: string }>();
    await browser.open('/logto/sign-out');
    expect(context.recordKeys()).toEqual([]);
    expect(context.issuer.requests('revocation').map(({ body }) => body.token)).toEqual([refreshToken]);
  });

  it('leads to a new sign-in and not to an error when the store has lost it', async () => {
    context.store.destroy(context.recordKeys()[0] ?? '');
    expect((await browser.fetch(resourceTokenPath)).status).toBe(401);
    expect((await browser.open(resourceTokenPath)).location).toContain('/logto/sign-in');
  });

  it('is touched at most once per tenth of the session’s lifetime', async () => {
    const { store } = context;
    for (let tenth = 0; tenth < 3; tenth += 1) {
      passTime(1.4 * day + 1);
      store.calls.length = 0;
      await Promise.all(Array.from({ length: 10 }, () => browser.fetch('/user')));
      await browser.fetch('/user');
      expect(store.count('touch', tokenRecords)).toBe(1);
    }
  });

  it('lives as long as a session that is in use', async () => {
    // Without `rolling` a browser drops the cookie after two weeks, but the session in the store lives on.
    const headers = { cookie: browser.cookies.header(context.app.baseUrl) };
    for (let use = 0; use < 30; use += 1) {
      passTime(3 * day);
      expect((await browser.fetch('/user', { headers })).json()).toMatchObject({ isAuthenticated: true });
    }
    expect((await browser.fetch(resourceTokenPath, { headers })).status).toBe(200);
  });

  it('outlives a session that was last saved shortly before the record was due to be touched', async () => {
    await user();
    passTime(1.3 * day);
    await browser.fetch('/cart/add/book');
    passTime(13.9 * day);
    expect(await user()).toMatchObject({ isAuthenticated: true });
    expect((await browser.fetch(resourceTokenPath)).status).toBe(200);
  });
});
