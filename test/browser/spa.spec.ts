import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { closeLater } from '../support/runner/leftovers.js';
import { launchChromium } from './support/chromium.js';
import { examine, type ColorScheme } from './support/examine.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';

describe('The single-page sample', () => {
  let browser: Browser;
  let sample: Sample;
  let profile: BrowserProfile;
  let page: Page;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    sample = closeLater(await startSample({ command: [process.execPath, 'sample/spa/build/main.js'] }));
  });

  const heading = (name: string, tab = page): Promise<void> => tab.getByRole('heading', { name }).waitFor();
  const press = (name: string, tab = page): Promise<void> =>
    tab.getByRole('button', { name, exact: true }).click();

  async function openPage(colorScheme: ColorScheme = 'light'): Promise<void> {
    profile = await BrowserProfile.create(browser, { baseURL: sample.baseUrl, colorScheme });
    page = await profile.newTab();
    await page.goto('/');
    await heading('Notes that are yours alone.');
  }

  /** A 401 response redirects to the sign-in and back. */
  async function openNotes(username = 'ada', password = 'lovelace', name = 'Ada Lovelace'): Promise<void> {
    await press('Open my notes');
    await profile.signIn(page, username, password);
    await heading(`${name}’s notes`);
  }

  async function add(note: string): Promise<void> {
    await page.getByLabel('New note').fill(note);
    await press('Add');
    await page.getByRole('listitem').filter({ hasText: note }).waitFor();
  }

  describe('for an anonymous user', () => {
    beforeEach(() => openPage());
    afterEach(() => profile.close(401));

    it('redirects to the sign-in and back after a 401 response, and keeps notes', async () => {
      await openNotes();
      expect(page.url()).toBe(`${sample.baseUrl}/`);

      await add('Read the notes of Menabrea');
      await page.getByRole('button', { name: 'Remove “Read the notes of Menabrea”' }).click();
      await page.getByText('No notes yet.').waitFor();
    });

    it('redirects to the sign-in when the session has ended in the meantime', async () => {
      await openNotes();
      await profile.clearCookies(/^logto\.sid\./);
      await page.getByLabel('New note').fill('Too late');
      await press('Add');

      // Logto still knows the user, and sends the browser straight back.
      await page.waitForURL(`${sample.baseUrl}/`);
      await heading('Ada Lovelace’s notes');
    });

    it('shows a sign-out in the other tab', async () => {
      await openNotes();
      const other = await profile.newTab();
      await other.goto('/');
      await heading('Ada Lovelace’s notes', other);

      await press('Sign out');

      await heading('Notes that are yours alone.', other);
      await heading('Notes that are yours alone.');
      await other.getByRole('button', { name: 'Sign in' }).waitFor();
    });
  });

  it.each<[ColorScheme, username: string, password: string, name: string]>([
    ['light', 'ada', 'lovelace', 'Ada Lovelace'],
    ['dark', 'alan', 'turing', 'Alan Turing'],
  ])('fits screens and is accessible, %s', async (colorScheme, ...user) => {
    await openPage(colorScheme);
    await examine(page, 'spa-welcome', colorScheme);
    await openNotes(...user);
    await examine(page, 'spa-empty', colorScheme);
    await add('Read the notes of Menabrea');
    await add(
      'Ask Charles how the Analytical Engine repeats a cycle of a cycle, and write down what it needs for it',
    );
    await examine(page, 'spa-notes', colorScheme);
    await profile.close(401);
  });
});
