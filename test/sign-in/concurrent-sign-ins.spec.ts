import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { callbackPath } from '../support/logto/callback-path.js';
import { restoreTime } from '../support/runner/clock.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { signedInUser } from '../support/requests/signed-in-user.js';
import { startSignIn } from '../support/requests/start-sign-in.js';

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [PagesController] });

describe('Several sign-ins in one browser', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = app.browser();
  });

  afterEach(() => restoreTime());

  const start = async (path?: string): Promise<string> => (await startSignIn(browser, path)).location;
  const authorize = async (location: string): Promise<string> =>
    (await issuer.signIn(location, { username: 'ada', cookies: browser.cookies })).href;

  it('finish in any order, and each tab returns to its own page', async () => {
    const first = await start('/logto/sign-in?returnTo=/protected?tab=1');
    const second = await start('/logto/sign-in?returnTo=/protected?tab=2');
    const firstUrl = await authorize(first);
    const secondUrl = await authorize(second);

    expect((await browser.open(secondUrl)).location).toBe(`${app.baseUrl}/protected?tab=2`);
    expect(await signedInUser(browser)).toBe('ada');
    expect((await browser.open(firstUrl)).location).toBe(`${app.baseUrl}/protected?tab=1`);
    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('may finish at the same time', async () => {
    const tabs = [await start('/logto/sign-in?returnTo=/a'), await start('/logto/sign-in?returnTo=/b')];
    const urls = [await authorize(tabs[0] ?? ''), await authorize(tabs[1] ?? '')];

    const answers = await Promise.all(urls.map((url) => browser.open(url)));

    expect(answers.map(({ location }) => location)).toEqual([`${app.baseUrl}/a`, `${app.baseUrl}/b`]);
    expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  });

  it('are limited to the newest five', async () => {
    const locations: string[] = [];
    for (let tab = 0; tab < 6; tab += 1) locations.push(await start(`/logto/sign-in?returnTo=/tab/${tab}`));
    expect(browser.cookies.header(app.baseUrl).match(/logto-sign-in\./g)).toHaveLength(5);

    const ends: (string | number)[] = [];
    for (const location of locations) {
      const page = await browser.open(await authorize(location));
      ends.push(page.location ?? page.status);
    }

    expect(ends).toEqual([400, ...[1, 2, 3, 4, 5].map((tab) => `${app.baseUrl}/tab/${tab}`)]);
  });

  it('leave no cookie of the one that failed', async () => {
    const url = new URL(await browser.authorize(issuer));
    url.searchParams.set('code', 'not-the-code');
    expect(browser.cookies.header(app.baseUrl)).toContain('logto-sign-in');

    expect((await browser.open(url.href)).status).toBe(401);
    expect(browser.cookies.header(app.baseUrl)).not.toContain('logto-sign-in');
  });

  it('continue when one of them fails', async () => {
    const { state } = await startSignIn(browser);
    const location = await start('/logto/sign-in?returnTo=/protected');
    await browser.open(callbackPath({ state, error: 'access_denied', iss: issuer.issuer }));

    expect((await browser.open(await authorize(location))).location).toBe(`${app.baseUrl}/protected`);
  });
});
