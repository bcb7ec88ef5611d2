import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

/** Follows a link of the navigation. */
function open(tab: Page, name: string): Promise<void> {
  return tab.getByRole('navigation').getByRole('link', { name, exact: true }).click();
}

describe('Two tabs that were redirected to sign-in', () => {
  let browser: Browser;
  let sample: Sample;
  let profile: BrowserProfile;
  let older: Page;
  let newer: Page;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    sample = closeLater(await startSample());
  });

  beforeEach(async () => {
    profile = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    older = await profile.newTab();
    newer = await profile.newTab();
  });

  describe('from a page of the app', () => {
    beforeEach(async () => {
      for (const tab of [older, newer]) await tab.goto('/');
      await open(older, 'Protected');
      await open(newer, 'User info');
      // The newer tab waits for the older one first.
      await newer.getByLabel('Username').waitFor();
    });

    it('both end on their own page: the newer one with the password, the older one after going back', async () => {
      await profile.signIn(newer, 'ada', 'lovelace');
      expect(newer.url()).toBe(`${sample.baseUrl}/user-info`);

      await older.goBack();
      await expect(older.getByRole('heading', { level: 1 }).textContent()).resolves.toBe(
        'Welcome, Ada Lovelace',
      );
      await open(older, 'Protected');
      expect(older.url()).toBe(`${sample.baseUrl}/protected`);
      await profile.close();
    });

    it('both end on their own page after the older one has sent its password too late', async () => {
      await profile.signIn(newer, 'ada', 'lovelace');
      await profile.signIn(older, 'ada', 'lovelace');
      await expect(older.getByRole('main').textContent()).resolves.toContain('no longer valid');
      for (let steps = 0; steps < 2; steps += 1) await older.goBack();
      await open(older, 'Protected');
      expect(older.url()).toBe(`${sample.baseUrl}/protected`);
      await profile.close(400);
    });

    it('are both signed in when the older one sends its password first', async () => {
      await profile.signIn(older, 'ada', 'lovelace');
      // Logto finishes the newest sign-in, whichever tab sent the password.
      expect(older.url()).toBe(`${sample.baseUrl}/user-info`);
      await open(older, 'Protected');
      expect(older.url()).toBe(`${sample.baseUrl}/protected`);
      await newer.goBack();
      await open(newer, 'User info');
      expect(newer.url()).toBe(`${sample.baseUrl}/user-info`);
      await profile.close();
    });
  });

  it('end on their own page while the user is still signed in at Logto', async () => {
    await newer.goto('/protected');
    await profile.signIn(newer, 'ada', 'lovelace');
    // As on the next day: without the session and without the cookie of a finished sign-in.
    await profile.clearCookies(/^logto/);

    await Promise.all([older.goto('/protected'), newer.goto('/fetch-access-token')]);
    await older.waitForURL(`${sample.baseUrl}/protected`);
    await newer.waitForURL(`${sample.baseUrl}/fetch-access-token`);

    for (const tab of [older, newer])
      await expect(tab.getByRole('banner').textContent()).resolves.toContain('Ada Lovelace');
    await profile.close();
  });
});
