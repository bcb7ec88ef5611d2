import { beforeEach, describe, expect, it } from '@jest/globals';
import { appSession } from '../support/requests/app-session.js';
import { startApp } from '../support/app/app.js';
import { Browser } from '../support/requests/browser.js';
import { expectErrorPage } from '../support/requests/expect-error-page.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';

const returnToProtected = '/logto/sign-in?returnTo=/protected';
const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });
let browser: Browser;

beforeEach(() => {
  browser = app.browser();
  issuer.resetRequests();
});

describe('A sign-in callback that arrives twice', () => {
  it('makes one code exchange, and both responses carry the new session with working tokens', async () => {
    const url = await browser.authorize(issuer, 'ada', returnToProtected);

    const answers = await Promise.all([browser.open(url), browser.open(url)]);

    expect(issuer.countRequests('token')).toBe(1);
    for (const answer of answers) {
      expect([answer.status, answer.location]).toEqual([302, `${app.baseUrl}/protected`]);
      const alone = app.browser();
      alone.cookies.store(app.baseUrl, answer);
      expect((await alone.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
    }
  });

  it('makes one code exchange even when the browser retries after the first response', async () => {
    const url = await browser.authorize(issuer, 'ada', returnToProtected);
    const cookie = browser.cookies.header(app.baseUrl);

    await browser.fetch(url);
    const retried = await new Browser(app.baseUrl).fetch(url, { headers: { cookie } });

    expect([retried.status, retried.location]).toEqual([302, `${app.baseUrl}/protected`]);
    expect(issuer.countRequests('token')).toBe(1);
    const alone = app.browser();
    alone.cookies.store(app.baseUrl, retried);
    expect((await alone.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('shares the failure of the first: a spent code is not sent again', async () => {
    const url = await browser.authorize(issuer);
    issuer.failNext('token', { status: 500 });

    const answers = await Promise.all([browser.open(url), browser.open(url)]);

    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('keeps the app’s own session data for both', async () => {
    await browser.open('/cart/add');
    const url = await browser.authorize(issuer);

    await Promise.all([browser.open(url), browser.open(url)]);

    expect([(await appSession(browser)).cart, await signedInUser(browser)]).toEqual(['a book', 'ada']);
  });

  it('does not share its outcome with a browser that did not start the sign-in', async () => {
    const url = await browser.authorize(issuer);
    const stranger = app.browser();

    const [own, foreign] = await Promise.all([browser.open(url), stranger.open(url)]);

    expect(own.status).toBe(302);
    expectErrorPage(foreign, 400, 'sign_in_session.not_found');
    expect(await signedInUser(stranger)).toBeUndefined();
  });
});

describe('The callback of a finished sign-in', () => {
  it('redirects and changes nothing when a signed-in user reloads it', async () => {
    const url = await browser.authorize(issuer);
    await browser.open(url);
    const before = await appSession(browser);

    const reloaded = await browser.open(url);

    expect([reloaded.status, reloaded.location]).toEqual([302, `${app.baseUrl}/`]);
    expect(reloaded.headers.getSetCookie()).toEqual([]);
    expect([await appSession(browser), await signedInUser(browser)]).toEqual([before, 'ada']);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('offers to start again when the user has signed out since', async () => {
    const url = await browser.authorize(issuer);
    await browser.open(url);
    await browser.open('/logto/sign-out');

    expectErrorPage(await browser.open(url), 400, 'sign_in_session.not_found');
  });

  it('is rejected when it is replayed in another browser', async () => {
    const url = await browser.authorize(issuer);
    await browser.open(url);

    expectErrorPage(await app.browser().open(url), 400, 'sign_in_session.not_found');
    expect(issuer.countRequests('token')).toBe(1);
    expect((await browser.open('/user-info')).status).toBe(200);
  });

  it('leaves no sign-in cookie behind', async () => {
    await browser.signIn(issuer);

    expect(browser.cookies.header(app.baseUrl)).not.toContain('logto-sign-in');
  });
});
