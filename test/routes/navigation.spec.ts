import { beforeEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import type { Browser, Page } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

const byFetch = (mode: string): Record<string, string> => ({
  accept: '*/*',
  'sec-fetch-mode': mode,
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-origin',
});

/** The headers of requests by browsers and frameworks that are not navigations by a user. */
const notNavigations: [what: string, headers: Record<string, string>][] = [
  ['a prefetch by `<link rel=prefetch>`', { ...byFetch('no-cors'), 'sec-purpose': 'prefetch' }],
  ['a prefetch by speculation rules', { 'sec-purpose': 'prefetch' }],
  ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
  [
    'a prefetch through the browser’s private prefetch proxy',
    { 'sec-purpose': 'prefetch;anonymous-client-ip' },
  ],
  ['a prefetch by an older Chrome', { purpose: 'prefetch' }],
  ['a prefetch by an older Firefox', { 'x-moz': 'prefetch' }],
  ['a preview by an older Safari', { 'x-purpose': 'preview' }],
  ['a prefetch by Turbo', { 'x-sec-purpose': 'prefetch' }],
  ['a prefetch by Next’s <Link>', { ...byFetch('cors'), 'next-router-prefetch': '1', rsc: '1' }],
  ['a middleware prefetch by Next', { 'x-middleware-prefetch': '1' }],
  ['a preload by htmx', { 'hx-preloaded': 'true' }],
  ['a script’s fetch', byFetch('cors')],
  ['a script’s same-origin fetch', byFetch('same-origin')],
  ['a script’s fetch without CORS', byFetch('no-cors')],
  ['an XMLHttpRequest by jQuery', { 'x-requested-with': 'XMLHttpRequest' }],
  ['<img src>', { accept: 'image/*', 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
  ['<script src>', { accept: '*/*', 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' }],
  ['a stylesheet', { accept: 'text/css', 'sec-fetch-dest': 'style', 'sec-fetch-mode': 'no-cors' }],
  ['<object data>', { 'sec-fetch-dest': 'object', 'sec-fetch-mode': 'navigate' }],
];

/** The headers of a browser without fetch metadata: Safari before 16.4, or any over plain http. */
const oldBrowser = {
  page: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
  image: { accept: 'image/webp,image/avif,image/*;q=0.8,*/*;q=0.5' },
  json: { accept: 'application/json, text/plain, */*' },
  fetch: { accept: '*/*' },
} as const;

const routes = ['sign-in', 'sign-up', 'sign-in-callback', 'sign-out'];

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

describe('The sign-in and sign-out routes', () => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
  });

  const isSignedIn = async (): Promise<boolean> => (await browser.open('/protected')).status === 200;

  const expectRefused = (page: Page): void =>
    expect([page.status, page.headers.get('cache-control'), page.location]).toEqual([
      403,
      'no-store',
      undefined,
    ]);

  describe('ignore', () => {
    it.each(notNavigations)('%s', async (_, headers) => {
      for (const route of routes) expectRefused(await browser.open(`/logto/${route}`, headers));
      expect(await isSignedIn()).toBe(true);
    });

    it('a HEAD request by a link checker', async () => {
      for (const route of routes) expectRefused(await browser.fetch(`/logto/${route}`, { method: 'HEAD' }));
      expect(await isSignedIn()).toBe(true);
    });

    it.each([
      ['an image', oldBrowser.image],
      ['a script that asks for JSON', oldBrowser.json],
    ])('%s in a browser without fetch metadata', async (_, headers) => {
      for (const route of routes) expectRefused(await browser.fetch(`/logto/${route}`, { headers }));
      expect(await isSignedIn()).toBe(true);
    });
  });

  it('tell a script in the problem details to navigate instead', async () => {
    for (const route of ['sign-in', 'sign-up', 'sign-out']) {
      const page = await browser.open(`/logto/${route}`, byFetch('cors'));
      const path = route === 'sign-out' ? '/logto/sign-out' : '/logto/sign-in';

      expect(page.headers.get('content-type')).toContain('application/problem+json');
      expect(page.json().code).toBe('not_a_navigation');
      expect(page.json().detail).toContain(`\`location.href = '${path}'\``);
    }
  });

  it('do not sign out for what may be the fetch of an old browser, but start a sign-in for it', async () => {
    const headers = oldBrowser.fetch;

    expectRefused(await browser.fetch('/logto/sign-out', { headers }));
    expect(await isSignedIn()).toBe(true);
    expect((await app.browser().fetch('/logto/sign-in', { headers })).status).toBe(302);
    // Node's `fetch` sends the mode and nothing else.
    const node = { ...headers, 'sec-fetch-mode': 'cors' };
    expectRefused(await browser.fetch('/logto/sign-out', { headers: node }));
    expect((await app.browser().fetch('/logto/sign-in', { headers: node })).status).toBe(302);
  });

  it.each([
    ['a link', {}],
    ['a link on another site', { 'sec-fetch-site': 'cross-site' }],
    ['a link in a browser without fetch metadata', undefined],
  ])('work with %s', async (_, headers) => {
    const open = (path: string): Promise<Page> =>
      headers ? browser.open(path, headers) : browser.fetch(path, { headers: oldBrowser.page });

    expect((await open('/logto/sign-in')).status).toBe(302);
    expect((await open('/logto/sign-out')).location).toMatch(issuer.issuer);
    expect(await isSignedIn()).toBe(false);
  });

  it('answer with a page that refreshes when a form led to the sign-in, since the browser may block a redirect', async () => {
    const page = await browser.open('/logto/sign-in?form=1&returnTo=/user');
    const next = /content="0; url=([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&');

    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const callback = await issuer.signIn(next ?? '', { username: 'ada', cookies: browser.cookies });
    expect((await browser.open(callback.href)).location).toBe(`${app.baseUrl}/user`);

    const { port } = new URL(app.baseUrl);
    const moved = await browser.open(`http://127.0.0.1:${port}/logto/sign-in?form=1`);
    expect([moved.status, moved.text]).toEqual([
      200,
      expect.stringContaining(`url=${app.baseUrl}/logto/sign-in?form=1&amp;moved=1`),
    ]);
  });

  it.each([
    ['sends no headers', {}],
    ['accepts only JSON', { accept: 'application/json' }],
  ])('work for a client that is not a browser and %s', async (_, headers) => {
    expect((await browser.fetch('/logto/sign-in', { headers })).status).toBe(302);
    expect((await browser.fetch('/logto/sign-out', { headers })).location).toMatch(issuer.issuer);
  });
});
