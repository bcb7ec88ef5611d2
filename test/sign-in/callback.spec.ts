import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appSession } from '../support/requests/app-session.js';
import { startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { callbackPath } from '../support/logto/callback-path.js';
import { restoreTime } from '../support/runner/clock.js';
import { errorCode } from '../support/requests/error-code.js';
import { expectErrorPage } from '../support/requests/expect-error-page.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { startSignIn } from '../support/requests/start-sign-in.js';

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

describe('A sign-in callback', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
    issuer.resetRequests();
  });

  afterEach(() => restoreTime());

  describe('of a sign-in that this browser has not started', () => {
    it('is rejected and leaves the current session untouched', async () => {
      await browser.signIn(issuer, 'bob');
      const before = await appSession(browser);
      const stranger = app.browser();
      const url = await stranger.authorize(issuer, 'ada');

      expectErrorPage(await browser.open(url), 400, 'sign_in_session.not_found');

      expect([await appSession(browser), await signedInUser(browser)]).toEqual([before, 'bob']);
      expect((await stranger.open(url)).status).toBe(302);
    });

    it.each([
      ['no parameters', ''],
      ['no state', 'code=a'],
      ['an empty state', 'code=a&state='],
      ['a malformed state', 'code=a&state=%3Cscript%3E'],
      ['control characters in the state', `code=a&state=${'a'.repeat(40)}%0d%0a`],
      ['an enormous state', `code=a&state=${'a'.repeat(8000)}`],
    ])('is rejected with %s', async (_, query) => {
      await browser.signIn(issuer);
      const before = await appSession(browser);

      expectErrorPage(await browser.open(`/logto/sign-in-callback?${query}`), 400, 'callback_invalid');

      expect([await appSession(browser), await signedInUser(browser)]).toEqual([before, 'ada']);
    });

    it('is rejected with an unknown state', async () => {
      await startSignIn(browser);

      const page = await browser.open(callbackPath({ code: 'a', state: 'a'.repeat(43), iss: issuer.issuer }));

      expectErrorPage(page, 400, 'sign_in_session.not_found');
      expect(issuer.countRequests('token')).toBe(0);
    });
  });

  describe('that is malformed', () => {
    it.each(['state', 'code', 'iss', 'error'])('is rejected when it has two values for %s', async (name) => {
      const { location, state } = await startSignIn(browser);
      const url = new URL(
        name === 'error'
          ? callbackPath({ state, error: 'login_required' })
          : (await issuer.signIn(location, { username: 'ada', cookies: browser.cookies })).href,
        app.baseUrl,
      );
      url.searchParams.append(name, url.searchParams.get(name) ?? '');

      expectErrorPage(await browser.open(url.href), 400, 'callback_invalid');
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('is rejected without a code and without an error', async () => {
      const { state } = await startSignIn(browser);

      expectErrorPage(
        await browser.open(callbackPath({ state, iss: issuer.issuer })),
        400,
        'callback_invalid',
      );
    });

    it.each([
      ['another issuer', 'https://evil.example/oidc'],
      ['no issuer', undefined],
    ])('is rejected when it comes from %s', async (_, iss) => {
      const url = new URL(await browser.authorize(issuer));
      if (iss === undefined) url.searchParams.delete('iss');
      else url.searchParams.set('iss', iss);

      expectErrorPage(await browser.open(url.href), 400, 'callback_invalid');
      expect([issuer.countRequests('token'), await signedInUser(browser)]).toEqual([0, undefined]);
    });

    it('is rejected by its error, although it has a code as well', async () => {
      const url = new URL(await browser.authorize(issuer));
      url.searchParams.set('error', 'access_denied');

      expectErrorPage(await browser.open(url.href), 403, 'access_denied');
      expect(issuer.countRequests('token')).toBe(0);
    });
  });

  describe('with an error', () => {
    it.each([
      ['access_denied', 403, 'access_denied'],
      ['login_required', 401, 'login_required'],
      ['invalid_target', 401, 'invalid_target'],
      ['invalid_client', 401, 'invalid_client'],
      ['server_error', 503, 'server_error'],
      ['temporarily_unavailable', 503, 'temporarily_unavailable'],
      ['<script>alert(1)</script>', 401, 'authorization_refused'],
    ])('such as %s is answered %i and leaves the current session untouched', async (error, status, code) => {
      await browser.signIn(issuer, 'bob');
      const before = await appSession(browser);
      const { state } = await startSignIn(browser);

      const page = await browser.open(
        callbackPath({
          state,
          error,
          error_description: '<img src=x onerror=alert(2)>',
          iss: issuer.issuer,
        }),
      );

      expect([page.status, errorCode(page)]).toEqual([status, code]);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.text).not.toMatch(/<script|<img|onerror/);
      expect([await appSession(browser), await signedInUser(browser)]).toEqual([before, 'bob']);
    });

    it('is answered with problem details if the client is a program', async () => {
      const { state } = await startSignIn(browser);
      const url = callbackPath({ state, error: 'access_denied', iss: issuer.issuer });

      const page = await browser.fetch(url);

      expect(page.headers.get('content-type')).toContain('application/problem+json');
      expect([page.status, page.json()]).toEqual([
        403,
        expect.objectContaining({ status: 403, code: 'access_denied', title: 'Forbidden' }),
      ]);
    });

    it('does not stop the next sign-in', async () => {
      const { state } = await startSignIn(browser);
      await browser.open(callbackPath({ state, error: 'access_denied', iss: issuer.issuer }));

      await browser.signIn(issuer);

      expect(await signedInUser(browser)).toBe('ada');
    });
  });

  describe('of a silent sign-in (prompt=none)', () => {
    it('returns to the page without signing in when there is no session at Logto', async () => {
      const page = await browser.signIn(issuer, 'ada', '/logto/sign-in?prompt=none&returnTo=/user');

      expect([page.status, page.location]).toEqual([302, `${app.baseUrl}/user`]);
      expect(await signedInUser(browser)).toBeUndefined();
      expect(issuer.countRequests('token')).toBe(0);
    });

    it('signs in without showing a page when there is a session at Logto', async () => {
      await browser.signIn(issuer, 'ada');
      const newBrowser = app.browser();
      const { location = '' } = await newBrowser.open('/logto/sign-in?prompt=none&returnTo=/user');

      const url = await issuer.signIn(location, { username: 'bob', cookies: browser.cookies });
      const page = await newBrowser.open(url.href);

      expect([page.location, await signedInUser(newBrowser)]).toEqual([`${app.baseUrl}/user`, 'ada']);
    });

    it('still shows errors other than login_required', async () => {
      const { state } = await startSignIn(browser, '/logto/sign-in?prompt=none');

      expectErrorPage(
        await browser.open(callbackPath({ state, error: 'access_denied', iss: issuer.issuer })),
        403,
        'access_denied',
      );
    });
  });

  it.each([
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['an image', { 'sec-fetch-dest': 'image' }],
  ])('is not used up by %s', async (_, headers) => {
    const url = await browser.authorize(issuer);

    expect((await browser.open(url, headers)).status).toBe(403);
    expect((await browser.open(url)).status).toBe(302);
    expect(await signedInUser(browser)).toBe('ada');
  });

  it('takes its URL from `baseUrl` and not from headers of the request', async () => {
    const url = await browser.authorize(issuer);

    const page = await browser.open(url, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });

    expect([page.status, page.headers.get('location')]).toEqual([302, app.baseUrl]);
    expect(issuer.requests('token')[0]?.body.redirect_uri).toBe(`${app.baseUrl}/logto/sign-in-callback`);
  });
});
