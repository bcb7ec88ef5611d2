import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { closeLater } from '../support/runner/leftovers.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';

describe('A user of the web sample', () => {
  let browser: Browser;
  let sample: Sample;
  let profile: BrowserProfile;
  let page: Page;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    sample = closeLater(await startSample());
  });

  beforeEach(async () => {
    profile = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    page = await profile.newTab();
    await page.goto('/protected');
    await profile.signIn(page, 'ada', 'lovelace');
    await heading('Members only');
  });

  let expected: number[] = [];
  afterEach(async () => {
    await profile.close(...expected);
    expected = [];
  });

  const heading = (name: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const open = (name: string): Promise<void> =>
    page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

  it('enters a second factor once, and the deposit is paid out', async () => {
    await open('Payout');
    await heading("Confirm that it's you");
    expect(new URL(page.url()).pathname).toBe('/step-up');
    await profile.enterCode(page, '000000');
    await expect(page.getByRole('alert').textContent()).resolves.toContain('The code is wrong.');
    expected = [422];

    await profile.enterCode(page);
    await heading('Your deposit');
    expect(page.url()).toBe(`${sample.baseUrl}/payout`);
    await press('Pay out 20 euros');
    await heading('On its way');

    await open('Payout');
    await heading('Your deposit');
  });

  it.each(['light', 'dark'] as const)(
    'who has no second factor sees what to do, in %s colours, and stays signed in',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await open('Payout');
      await press("I don't have a second factor");
      await page.getByText('insufficient_authentication').waitFor();
      await expect(page.getByRole('main').textContent()).resolves.toContain('Set up a second factor');
      await examine(page, 'no-second-factor', colorScheme);
      expected = [403];

      await page.goto('/protected');
      await heading('Members only');
    },
  );

  it('signs in and enters the second factor in one go', async () => {
    const other = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    page = await other.newTab();
    await page.goto('/payout');
    await other.signIn(page, 'ada', 'lovelace');
    await other.enterCode(page);
    await heading('Your deposit');
    await other.close();
  });
});
