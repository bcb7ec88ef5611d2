import { beforeEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

const frontEnd = 'https://front.example.com';

/** A form as a browser without fetch metadata sends it: Safari before 16.4, or any over plain http. */
const oldForm = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

const byScript = {
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-origin',
} as const;

const fromFrontEnd = {
  accept: 'application/json',
  origin: frontEnd,
  'sec-fetch-site': 'cross-site',
} as const;

const issuer = await startIssuer();
const app = await startApp({
  issuer,
  controllers: [PagesController],
  logto: { allowedOrigins: [frontEnd], postSignOutRedirectUri: 'https://example.com/bye?a=1&b="2"' },
});

describe('A POST to the sign-out route', () => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
  });

  const post = (headers: Record<string, string>): Promise<Page> =>
    browser.fetch('/logto/sign-out', { method: 'POST', headers: { origin: app.baseUrl, ...headers } });

  /** Expects the address of Logto's end session endpoint. */
  function expectAtLogto(address: string | undefined): void {
    const url = new URL(address ?? '');
    expect(url.origin + url.pathname).toBe(`${issuer.issuer}/session/end`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: application.id,
      post_logout_redirect_uri: 'https://example.com/bye?a=1&b="2"',
    });
  }

  const unescaped = (html: string | undefined): string | undefined =>
    html?.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

  it.each([
    ['a form', undefined],
    ['a form in a browser without fetch metadata', oldForm],
  ])('from %s is answered with a page that refreshes to Logto and has a link', async (_, headers) => {
    const page = headers ? await post(headers) : await browser.post('/logto/sign-out');

    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toMatch(/<html lang="en">[^]*<title>Signing out<\/title>[^]*<h1>Signing out<\/h1>/);
    expectAtLogto(unescaped(/<meta http-equiv="refresh" content="0; url=([^"]+)">/.exec(page.text)?.[1]));
    expectAtLogto(unescaped(/<a class="action" href="([^"]+)">Continue<\/a>/.exec(page.text)?.[1]));
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('from a form is answered with a page that may not load or run anything', async () => {
    const { headers, text } = await browser.post('/logto/sign-out');

    expect(headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).not.toContain('<script');
  });

  it.each([
    ['a script', { ...byScript, accept: 'application/json' }],
    ['a script on an allowed origin', { ...byScript, ...fromFrontEnd }],
    ['axios', { ...byScript, accept: 'application/json, text/plain, */*' }],
    ['a script in a browser without fetch metadata', { accept: 'application/json' }],
  ])('from %s is answered with the address to navigate to', async (_, headers) => {
    const page = await post(headers);

    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Object.keys(page.json())).toEqual(['redirectTo']);
    expectAtLogto(page.json<{ redirectTo: string }>().redirectTo);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it.each([
    ['a script that accepts anything', { ...byScript, accept: '*/*' }],
    ['a client that is not a browser', {}],
  ])('from %s is redirected', async (_, headers) => {
    const page = await post(headers);

    expect(page.status).toBe(302);
    expectAtLogto(page.location);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site in an older browser', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
  ])('from %s does not sign out', async (_, headers) => {
    const page = await browser.post('/logto/sign-out', headers);

    expect([page.status, page.headers.get('cache-control')]).toEqual([403, 'no-store']);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('from a script of another site is answered with problem details', async () => {
    const page = await post({ ...byScript, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });

    expect(page.json()).toMatchObject({ status: 403, code: 'cross_site_request' });
  });
});
