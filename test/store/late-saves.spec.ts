import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from '../support/requests/browser.js';
import { eventLoopTurns } from '../support/runner/event-loop-turns.js';
import { pauseResponse } from '../support/logto/pause-response.js';
import { otherTokenPath, resourceTokenPath } from '../support/logto/token-path.js';
import { sessions, startTokenStoreApps } from '../support/app/token-store-app.js';

describe.each(await startTokenStoreApps())('A slow request in $name', ({ resaves, ...context }) => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await context.signedInBrowser();
  });

  afterEach(() => {
    context.store.beforeSet = () => undefined;
    context.issuer.updateUser('ada', { name: 'Ada Lovelace' });
  });

  /** Starts a request that adds an item to the cart once it is released. */
  async function startSlowRequest(item: string): Promise<{ finish(): Promise<unknown> }> {
    const latch = context.app.latches.create(item);
    const request = browser.fetch(`/slow/${item}`);
    await latch.reached;
    return {
      finish: () => {
        latch.release();
        return request;
      },
    };
  }

  it('does not restore the old tokens when it saves its session after a refresh', async () => {
    const slow = await startSlowRequest('late');
    await browser.fetch(resourceTokenPath);
    await slow.finish();

    expect((await browser.fetch(otherTokenPath)).status).toBe(200);
    expect((await browser.fetch('/cart')).json()).toEqual(['late']);
  });

  it('does not restore the old claims either, and its own data is saved', async () => {
    const slow = await startSlowRequest('late');
    context.issuer.updateUser('ada', { name: 'Augusta' });
    await browser.fetch('/refresh');
    await slow.finish();

    expect(await context.store.stored(context.sessionKey())).toMatchObject({
      cart: ['late'],
      logto: { claims: { name: 'Augusta' } },
    });
  });

  // With `resave: true` each of two parallel requests writes its own copy, by the app's own choice.
  if (!resaves) {
    it('loses no data that it adds while refreshed claims are being stored', async () => {
      const slow = await startSlowRequest('book');
      context.issuer.updateUser('ada', { name: 'Augusta' });
      const paused = context.pauseNextSet(sessions);
      const refresh = browser.fetch('/refresh');
      await paused.reached;
      const added = slow.finish();
      await eventLoopTurns(100);
      paused.release();
      await Promise.all([refresh, added]);

      expect(await context.store.stored(context.sessionKey())).toMatchObject({
        cart: ['book'],
        logto: { claims: { name: 'Augusta' } },
      });
    });

    it('loses no data that it is storing when the refresh starts', async () => {
      const paused = context.pauseNextSet(sessions);
      const added = browser.fetch('/cart/add/book');
      await paused.reached;
      context.issuer.updateUser('ada', { name: 'Augusta' });
      const refresh = browser.fetch('/refresh');
      await eventLoopTurns(100);
      paused.release();
      await Promise.all([refresh, added]);

      expect(await context.store.stored(context.sessionKey())).toMatchObject({
        cart: ['book'],
        logto: { claims: { name: 'Augusta' } },
      });
    });
  }

  it('does not restore the session when it saves after a sign-out', async () => {
    const { app, store } = context;
    const cookie = browser.cookies.header(app.baseUrl);
    const slow = await startSlowRequest('late');
    await browser.open('/logto/sign-out');
    store.calls.length = 0;
    await slow.finish();

    expect(store.count('set', sessions)).toBe(0);
    const thief = app.browser();
    expect((await thief.fetch('/user', { headers: { cookie } })).json()).toEqual({ isAuthenticated: false });
    expect((await thief.fetch(resourceTokenPath, { headers: { cookie } })).status).toBe(401);
  });

  it('does not restore the session when the store is writing it during the sign-out', async () => {
    const id = context.sessionKey();
    const paused = context.pauseNextSet(sessions);
    const slow = browser.fetch('/cart/add/book');
    await paused.reached;
    await browser.open('/logto/sign-out');
    paused.release();
    await slow;

    expect(context.store.keys()).not.toContain(id);
  });

  it('does not restore the session or tokens when it is one of 30 during a sign-out', async () => {
    const { app, store } = context;
    const [id, [record]] = [context.sessionKey(), context.recordKeys()];
    expect(record).toBeDefined();
    const cookie = browser.cookies.header(app.baseUrl);
    const around = Array.from({ length: 30 }, (_, index) =>
      app
        .browser()
        .fetch(index % 3 === 0 ? resourceTokenPath : `/cart/add/${index}`, { headers: { cookie } }),
    );
    await browser.open('/logto/sign-out');
    await Promise.all(around);
    expect(store.keys()).not.toContain(id);
    expect(store.keys()).not.toContain(record);
  });

  it('keeps no tokens of a refresh during which the user signs out, and revokes them', async () => {
    const paused = pauseResponse(context.issuer, 'token');
    const refresh = browser.fetch(resourceTokenPath);
    await paused.reached;
    await browser.open('/logto/sign-out');
    paused.release();

    expect((await refresh).status).toBe(401);
    expect(context.issuer.countRequests('revocation')).toBe(2);
    expect(context.recordKeys()).toEqual([]);
  });

  it('keeps only the new tokens of a refresh during which the user signs in again, and they work', async () => {
    const { app, issuer } = context;
    const paused = pauseResponse(issuer, 'token');
    // In another cookie jar, because with `rolling` the late response sets the old cookie again.
    const cookie = browser.cookies.header(app.baseUrl);
    const refresh = app.browser().fetch(resourceTokenPath, { headers: { cookie } });
    await paused.reached;
    await browser.signIn(issuer);
    paused.release();
    await refresh;

    expect(context.recordKeys()).toHaveLength(1);
    expect(issuer.countRequests('revocation')).toBe(0);
    expect((await browser.fetch(otherTokenPath)).status).toBe(200);
  });
});
