import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { Visitor } from './support/visitor.js';

describe('A visit to the sample', () => {
  let browser: Browser;
  let sample: Sample;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    sample = await startSample();
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, { baseURL: sample.baseUrl });
    page = await visitor.newTab();
  });

  afterAll(async () => {
    await browser.close();
    await sample.interrupt();
  });

  const heading = (tab = page): Promise<string | null> =>
    tab.getByRole('heading', { level: 1 }).textContent();
  const pathOf = (tab = page): string => new URL(tab.url()).pathname;
  const open = (name: string, tab = page): Promise<void> =>
    tab.getByRole('navigation').getByRole('link', { name, exact: true }).click();

  describe('that goes well', () => {
    afterEach(() => visitor.leave());

    it('is asked to sign in at a protected page, comes back to it, looks around, and is asked again after the sign-out', async () => {
      await page.goto('/');
      await open('Protected');
      expect(new URL(page.url()).origin).not.toBe(sample.baseUrl);
      await visitor.signIn(page, 'ada', 'lovelace');
      expect(page.url()).toBe(`${sample.baseUrl}/protected`);
      await expect(page.getByRole('main').textContent()).resolves.toContain('Come in, Ada Lovelace.');

      await open('User');
      const claim = (name: string): Promise<string | null> => {
        const row = page.locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) });
        return row.getByRole('cell').textContent();
      };
      await expect(claim('email')).resolves.toBe('ada@example.com');

      await open('User info');
      await expect(claim('custom_data')).resolves.toContain('Sketch of the Analytical Engine');
      await expect(claim('organization_data')).resolves.toContain('City Library');

      await open('Token');
      await expect(page.getByLabel('Access token').textContent()).resolves.toMatch(
        /^ey[\w-]+\.[\w-]+\.[\w-]+$/,
      );
      await expect(page.getByRole('main').getByRole('listitem').allTextContents()).resolves.toEqual([
        'read:books',
        'write:books',
      ]);

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${sample.baseUrl}/`);
      await expect(heading()).resolves.toBe('Good books, and a good sign-in.');
      await open('Protected');
      await expect(page.getByLabel('Password', { exact: true }).count()).resolves.toBe(1);
    });

    it('signs up, and is known by the name that was given', async () => {
      await page.goto('/user');
      await page.getByRole('banner').getByRole('link', { name: 'Sign up' }).click();
      await page.getByLabel('Username').fill('mary');
      await page.getByLabel('Name', { exact: false }).last().fill('Mary Shelley');
      await page.getByLabel('Password', { exact: true }).fill('frankenstein');
      await page.getByRole('button', { name: 'Create an account' }).click();
      expect(page.url()).toBe(`${sample.baseUrl}/user`);
      await expect(page.getByRole('banner').textContent()).resolves.toContain('Mary Shelley');
    });

    it('reads the open pages without a sign-in', async () => {
      await page.goto('/user');
      await expect(page.getByRole('main').textContent()).resolves.toContain('"isAuthenticated": false');
    });

    it('goes back from the sign-in page and reads on, signed out', async () => {
      await page.goto('/');
      await open('Protected');
      await page.goBack();
      expect(page.url()).toBe(`${sample.baseUrl}/`);
      await open('User');
      await expect(page.getByRole('main').textContent()).resolves.toContain('"isAuthenticated": false');
    });

    it('shows nobody who was there to the one who presses Back after the sign-out', async () => {
      await page.goto('/');
      await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
      await visitor.signIn(page, 'ada', 'lovelace');
      await open('User');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${sample.baseUrl}/`);
      for (let steps = 0; steps < 3 && pathOf() !== '/user'; steps += 1) await page.goBack();
      expect(pathOf()).toBe('/user');
      await expect(page.getByText('Ada').count()).resolves.toBe(0);
    });

    it('may come by 127.0.0.1: the sign-in moves to localhost, where the app is at home', async () => {
      await page.goto(`${sample.baseUrl.replace('localhost', '127.0.0.1')}/`);
      await open('Protected');
      await visitor.signIn(page, 'ada', 'lovelace');
      expect(page.url()).toBe(`${sample.baseUrl}/protected`);
      await expect(heading()).resolves.toBe('Members only');
    });
  });
});
