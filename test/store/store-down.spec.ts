import { beforeEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { sessionMounts } from '../support/app/session-mounts.js';

const issuer = await startIssuer();

describe.each(sessionMounts)('A store that is down, under a session that %s mounts,', (_, mount) => {
  let store: MemorySessionStore;
  let browser: Browser;

  beforeEach(async () => {
    store = new MemorySessionStore();
    browser = (await startApp({ issuer, controllers: [PagesController], ...mount({ store }) })).browser();
  });

  it('answers 503 where a session is needed, leaves other pages alone, and recovers', async () => {
    // express-session leaves requests without a session while its store says that it is disconnected.
    store.emit('disconnect');

    expect((await browser.open('/')).text).toBe('home');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    for (const path of [
      '/protected',
      '/logto/sign-in',
      '/logto/sign-out',
      '/logto/sign-in-callback?code=a&state=b',
    ]) {
      const page = await browser.fetch(path);
      expect([page.status, page.json().code]).toEqual([503, 'session_store_unavailable']);
      expect(page.headers.get('retry-after')).not.toBeNull();
    }

    store.emit('connect');
    await browser.signIn(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
    store.emit('disconnect');
    expect((await browser.open('/protected')).status).toBe(503);
    store.emit('connect');
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('does not sign a user in partially when it cannot write the session', async () => {
    const url = await browser.authorize(issuer);
    store.shouldFail = (operation) => operation === 'set';

    const page = await browser.open(url);
    store.shouldFail = () => false;

    expect(page.status).toBe(503);
    expect(page.text).toContain('session_store_unavailable');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    await browser.signIn(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });
});
