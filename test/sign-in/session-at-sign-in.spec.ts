import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appSession } from '../support/requests/app-session.js';
import { startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { startSignIn } from '../support/requests/start-sign-in.js';

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

describe('A session, at sign-in,', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
    issuer.resetRequests();
  });

  afterEach(() => restoreTime());

  async function signInAsBob(): Promise<void> {
    const { location } = await startSignIn(browser);
    // Without the cookies, which hold ada's session at Logto.
    await browser.open((await issuer.signIn(location, { username: 'bob' })).href);
  }

  it('gets a new id, and a planted session is worthless afterwards', async () => {
    await browser.open('/cart/add');
    const before = await appSession(browser);
    const planted = app.browser();
    planted.cookies.store(app.baseUrl, {
      headers: new Headers([['set-cookie', `${browser.cookies.header(app.baseUrl)}; Path=/`]]),
    });
    expect(await appSession(planted)).toEqual(before);

    await browser.signIn(issuer);

    expect((await appSession(browser)).id).not.toBe(before.id);
    expect(await signedInUser(planted)).toBeUndefined();
    expect(await appSession(planted)).toMatchObject({ cart: null });
  });

  it('keeps what the app has stored for the anonymous visitor', async () => {
    await browser.open('/cart/add');
    await browser.signIn(issuer, 'ada');

    expect((await appSession(browser)).cart).toBe('a book');
  });

  it('keeps what the app has stored for the same user, under a new id again', async () => {
    await browser.signIn(issuer, 'ada');
    await browser.open('/cart/add');
    const before = await appSession(browser);
    await browser.signIn(issuer, 'ada');

    const after = await appSession(browser);
    expect([after.cart, await signedInUser(browser)]).toEqual(['a book', 'ada']);
    expect(after.id).not.toBe(before.id);
  });

  it('loses what the app has stored for another user', async () => {
    await browser.signIn(issuer, 'ada');
    await browser.open('/cart/add');
    await signInAsBob();

    expect([(await appSession(browser)).cart, await signedInUser(browser)]).toEqual([null, 'bob']);
  });

  it('loses it even when Logto has ended the other user’s sign-in in between', async () => {
    await browser.signIn(issuer, 'ada');
    await browser.open('/cart/add');
    issuer.revokeGrants('ada');
    expect((await browser.open('/user-info')).status).toBe(302);
    await signInAsBob();

    expect([(await appSession(browser)).cart, await signedInUser(browser)]).toEqual([null, 'bob']);
  });

  it('keeps its grant at Logto when the same user signs in again', async () => {
    await browser.signIn(issuer, 'ada');
    await browser.signIn(issuer, 'ada');

    expect(issuer.countRequests('revocation')).toBe(0);
    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });
});
