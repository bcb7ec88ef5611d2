import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { changedTokenResponse } from '../support/logto/changed-token-response.js';
import { restoreTime } from '../support/runner/clock.js';
import { OtherServer } from '../support/requests/other-server.js';
import { expectErrorPage } from '../support/requests/expect-error-page.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { startSignIn } from '../support/requests/start-sign-in.js';

describe('A code exchange that fails', () => {
  const controllers = [PagesController];
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    issuer = await startIssuer();
    app = await startApp({ issuer, controllers });
    browser = app.browser();
  });

  afterEach(() => restoreTime());

  it.each([
    ['500', { status: 500 }],
    ['an HTML page', { status: 200, body: '<html>maintenance</html>', contentType: 'text/html' }],
    ['half a response', { status: 200, body: '{"access_token":"a', contentType: 'application/json' }],
    ['a broken connection', { destroy: true }],
    [
      'an endless response',
      { status: 200, body: `{"a":"${'a'.repeat(2_000_000)}"}`, contentType: 'application/json' },
    ],
  ])(
    'with %s is answered 503 and does not sign the user in, and the next sign-in works',
    async (_, fault) => {
      await browser.signIn(issuer, 'bob');
      const url = await issuer.signIn((await startSignIn(browser)).location, { username: 'ada' });
      issuer.failNext('token', fault);

      expectErrorPage(await browser.open(url.href), 503, 'provider_unavailable');
      expect(await signedInUser(browser)).toBe('bob');
      await browser.signIn(issuer, 'bob');
      expect(await signedInUser(browser)).toBe('bob');
    },
  );

  it('with a redirect is answered 503, and the code is not sent to the other address', async () => {
    const otherServer = await OtherServer.start();
    for (const status of [302, 307]) {
      const url = await browser.authorize(issuer);
      issuer.failNext('token', { status, headers: { location: otherServer.origin }, body: '' });

      expectErrorPage(await browser.open(url), 503, 'provider_unavailable');
    }
    expect(otherServer.requests).toEqual([]);
  });

  it('with a timeout is answered 503', async () => {
    const hasty = await startApp({ issuer, controllers, logto: { http: { timeout: 300 } } });
    const visitor = hasty.browser();
    // The discovery document is fetched first, however long it takes: only the exchange is to time out.
    while ((await visitor.open('/logto/sign-in')).status !== 302);
    const url = await visitor.authorize(issuer);
    issuer.failNext('token', { delay: Number.POSITIVE_INFINITY });

    expectErrorPage(await visitor.open(url), 503, 'provider_timeout');
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('because Logto rejects the code is answered 401', async () => {
    const url = new URL(await browser.authorize(issuer));
    url.searchParams.set('code', 'not-the-code');

    expectErrorPage(await browser.open(url.href), 401, 'invalid_grant');
  });

  it('because Logto rejects the application is answered 503: the visitor cannot fix it', async () => {
    const url = await browser.authorize(issuer);
    issuer.failNext('token', { status: 401, body: { error: 'invalid_client' } });

    expect((await browser.open(url)).status).toBe(503);
  });

  it.each<[string, (idToken: string) => Record<string, unknown>]>([
    ['no ID token', () => ({ id_token: undefined })],
    ['a token type other than bearer', () => ({ token_type: 'DPoP' })],
    ['an ID token whose subject was changed', (idToken) => ({ id_token: withSubject(idToken, 'bob') })],
    ['half an ID token', (idToken) => ({ id_token: idToken.slice(0, 300) })],
    ['a malformed ID token', () => ({ id_token: 'bm90.YW4.aWQgdG9rZW4' })],
    ['an unsigned ID token', (idToken) => ({ id_token: unsigned(idToken) })],
  ])('because the response has %s is answered 401 and does not sign the user in', async (_, change) => {
    const url = await browser.authorize(issuer);
    issuer.failNext(
      'token',
      changedTokenResponse((body) => ({ ...body, ...change(String(body.id_token)) })),
    );

    const page = await browser.open(url);

    expect(page.status).toBe(401);
    expect(page.text).toMatch(/<code>(id_token_invalid|provider_answer_invalid)<\/code>/);
    expect(await signedInUser(browser)).toBeUndefined();
  });

  it.each([
    ['to another algorithm', { algorithm: 'RS256' }],
    ['to another algorithm without keeping the previous key', { algorithm: 'RS256', keepPrevious: false }],
    ['to another key of the same algorithm', { keepPrevious: false }],
  ] as const)(
    'at first because the signing keys were rotated %s succeeds with the same code',
    async (_, rotation) => {
      await app.browser().signIn(issuer, 'bob');
      const url = await browser.authorize(issuer, 'ada');
      issuer.resetRequests();
      await issuer.rotateSigningKeys(rotation);

      expect((await browser.open(url)).status).toBe(302);

      expect(issuer.countRequests('token')).toBe(1);
      expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
      const next = await app.signedInBrowser(issuer, 'bob');
      expect((await next.open('/protected')).text).toBe('hello bob');
    },
  );
});

function withSubject(idToken: string, sub: string): string {
  const [header, payload = '', signature] = idToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, sub })).toString('base64url');
  return [header, changed, signature].join('.');
}

function unsigned(idToken: string): string {
  const [, payload] = idToken.split('.');
  return `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${payload}.`;
}
