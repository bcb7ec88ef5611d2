import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { asInMain, startApp, type TestApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('The tabs of a restored window, while the user is still signed in at Logto,', () => {
  let browser: Browser;
  let app: TestApp;

  beforeAll(async () => {
    const issuer = await startIssuer();
    app = await startApp({ issuer, controllers: [PagesController], create: asInMain });
    browser = closeLater(await launchChromium());
  });

  it('all end on their own page when there are twelve', async () => {
    const profile = await BrowserProfile.create(browser, { baseURL: app.baseUrl });
    const first = await profile.newTab();
    await first.goto('/protected');
    await first.getByRole('button', { name: 'Ada' }).click();
    await first.getByText('hello ada').waitFor();
    // As on the next day: without the session and without the cookie of a finished sign-in.
    await profile.clearCookies(/^logto/);

    const tabs: Page[] = [];
    for (let tab = 1; tab <= 12; tab += 1) tabs.push(await profile.newTab());
    await Promise.all(tabs.map((tab, index) => tab.goto(`/protected?tab=${index + 1}`)));
    await Promise.all(tabs.map((tab) => tab.getByText('hello ada').waitFor()));

    expect(tabs.map((tab) => tab.url())).toEqual(
      tabs.map((_, index) => `${app.baseUrl}/protected?tab=${index + 1}`),
    );
    // The app has no icon.
    await profile.close(404);
  });

  it.each(['light', 'dark'] as const)('wait on an accessible page: %s', async (colorScheme) => {
    const profile = await BrowserProfile.create(browser, { baseURL: app.baseUrl, colorScheme });
    const [one, other] = [await profile.newTab(), await profile.newTab()];
    await one.goto('/protected?tab=1');
    // The page continues at once, so its next step is blocked to keep it open.
    await other.route(/waited=1/, (route) => route.abort('aborted'));
    await other.goto('/protected?tab=2');
    await expect(other.getByRole('heading').textContent()).resolves.toBe('Signing you in');
    await examine(other, 'waiting', colorScheme);
    await profile.close(404);
  });
});
