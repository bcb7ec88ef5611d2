import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { application, startIssuer } from '../support/issuer.js';
import { PagesController } from '../support/pages.js';

const frontEnd = 'https://front.example.com';

/** A form as a browser without fetch metadata sends it: Safari before 16.4, or any over plain http. */
const oldForm = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

const byScript = {
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-origin',
} as const;

const elsewhere = { accept: 'application/json', origin: frontEnd, 'sec-fetch-site': 'cross-site' } as const;

describe('A sign-out button', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startApp({
      issuer,
      controllers: [PagesController],
      logto: { allowedOrigins: [frontEnd], postSignOutRedirectUri: 'https://example.com/bye?a=1&b="2"' },
    });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  const isIn = async (): Promise<boolean> => (await browser.open('/protected')).status === 200;

  const press = (headers: Record<string, string>): Promise<Page> =>
    browser.fetch('/logto/sign-out', { method: 'POST', headers: { origin: app.baseUrl, ...headers } });

  /** Where the browser has to go from here. */
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
    ['a form, in a browser without fetch metadata', oldForm],
  ])('that is %s gets a page that goes on to Logto by itself, and by a link', async (_, headers) => {
    const page = headers ? await press(headers) : await browser.post('/logto/sign-out');

    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toMatch(/<html lang="en">[^]*<title>Signing out<\/title>[^]*<h1>Signing out<\/h1>/);
    expectAtLogto(unescaped(/<meta http-equiv="refresh" content="0; url=([^"]+)">/.exec(page.text)?.[1]));
    expectAtLogto(unescaped(/<a class="action" href="([^"]+)">Continue<\/a>/.exec(page.text)?.[1]));
    expect(await isIn()).toBe(false);
  });

  it('that is a form gets a page that may load and run nothing', async () => {
    const { headers, text } = await browser.post('/logto/sign-out');

    expect(headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).not.toContain('<script');
  });

  it.each([
    ['a script', { ...byScript, accept: 'application/json' }],
    ['a script of a front end elsewhere', { ...byScript, ...elsewhere }],
    ['axios', { ...byScript, accept: 'application/json, text/plain, */*' }],
    ['a script of a browser without fetch metadata', { accept: 'application/json' }],
  ])('that is %s gets the address to navigate to', async (_, headers) => {
    const page = await press(headers);

    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Object.keys(page.json())).toEqual(['redirectTo']);
    expectAtLogto(page.json<{ redirectTo: string }>().redirectTo);
    expect(await isIn()).toBe(false);
  });

  it.each([
    ['a script that asks for nothing in particular', { ...byScript, accept: '*/*' }],
    ['a client that is no browser', {}],
  ])('that is %s is redirected', async (_, headers) => {
    const page = await press(headers);

    expect(page.status).toBe(302);
    expectAtLogto(page.location);
    expect(await isIn()).toBe(false);
  });

  it.each([
    ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of another site, in an older browser', { origin: 'https://evil.example' }],
    ['of a sandboxed frame', { origin: 'null' }],
    ['of another site, without an origin', { 'sec-fetch-site': 'cross-site' }],
  ])('%s signs nobody out', async (_, headers) => {
    const page = await browser.post('/logto/sign-out', headers);

    expect([page.status, page.headers.get('cache-control')]).toEqual([403, 'no-store']);
    expect(await isIn()).toBe(true);
  });

  it('of another site’s script is told so as a problem', async () => {
    const page = await press({ ...byScript, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });

    expect(page.json()).toMatchObject({ status: 403, code: 'cross_site_request' });
  });
});
