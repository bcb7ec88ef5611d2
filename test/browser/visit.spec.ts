import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('A visitor of the web sample', () => {
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
  });

  const heading = (tab = page): Promise<string | null> =>
    tab.getByRole('heading', { level: 1 }).textContent();
  const pathOf = (tab = page): string => new URL(tab.url()).pathname;
  const open = (name: string, tab = page): Promise<void> =>
    tab.getByRole('navigation').getByRole('link', { name, exact: true }).click();

  afterEach(() => profile.close());

  it('signs in for a protected page, sees claims, user info and tokens, and signs out', async () => {
    await page.goto('/');
    await open('Protected');
    expect(new URL(page.url()).origin).not.toBe(sample.baseUrl);
    await profile.signIn(page, 'ada', 'lovelace');
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

  it('signs up and sees the new name', async () => {
    await page.goto('/user');
    await page.getByRole('banner').getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('Username').fill('mary');
    await page.getByLabel('Name', { exact: false }).last().fill('Mary Shelley');
    await page.getByLabel('Password', { exact: true }).fill('frankenstein');
    await page.getByRole('button', { name: 'Create an account' }).click();
    expect(page.url()).toBe(`${sample.baseUrl}/user`);
    await expect(page.getByRole('banner').textContent()).resolves.toContain('Mary Shelley');
  });

  it('reads public pages without a sign-in', async () => {
    await page.goto('/user');
    await expect(page.getByRole('main').textContent()).resolves.toContain('"isAuthenticated": false');
  });

  it('can go back from the sign-in page', async () => {
    await page.goto('/');
    await open('Protected');
    await page.goBack();
    expect(page.url()).toBe(`${sample.baseUrl}/`);
    await open('User');
    await expect(page.getByRole('main').textContent()).resolves.toContain('"isAuthenticated": false');
  });

  it('sees no data of the user by going back after the sign-out', async () => {
    await page.goto('/');
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await profile.signIn(page, 'ada', 'lovelace');
    await open('User');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${sample.baseUrl}/`);
    for (let steps = 0; steps < 3 && pathOf() !== '/user'; steps += 1) await page.goBack();
    expect(pathOf()).toBe('/user');
    await expect(page.getByText('Ada').count()).resolves.toBe(0);
  });

  it('can open 127.0.0.1: the sign-in moves to localhost, the host of `baseUrl`', async () => {
    await page.goto(`${sample.baseUrl.replace('localhost', '127.0.0.1')}/`);
    await open('Protected');
    await profile.signIn(page, 'ada', 'lovelace');
    expect(page.url()).toBe(`${sample.baseUrl}/protected`);
    await expect(heading()).resolves.toBe('Members only');
  });
});
