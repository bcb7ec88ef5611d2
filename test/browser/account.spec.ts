import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';
import { until } from '../support/requests/waiting.js';

interface Device {
  profile: BrowserProfile;
  page: Page;
}

describe('A user of the web sample', () => {
  let browser: Browser;
  let sample: Sample;
  let laptop: Device;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
  });

  // Each test has its own sample, whose emulator has no sessions and whose table is empty.
  beforeEach(async () => {
    sample = closeLater(await startSample());
    laptop = await signedInDevice();
  });

  async function signedInDevice(username = 'ada', password = 'lovelace'): Promise<Device> {
    const profile = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    const page = await profile.newTab();
    await page.goto('/logto/sign-in?returnTo=/user');
    await profile.signIn(page, username, password);
    return { profile, page };
  }

  const closeAll = (...devices: Device[]): Promise<unknown> =>
    Promise.all(devices.map(({ profile }) => profile.close()));
  const open = (name: string, { page }: Device): Promise<void> =>
    page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  const press = (name: string, { page }: Device): Promise<void> =>
    page.getByRole('button', { name, exact: true }).click();
  const heading = ({ page }: Device): Promise<string | null> =>
    page.getByRole('heading', { level: 1 }).textContent();
  const isAnonymous = async (device: Device): Promise<boolean> => {
    await open('User', device);
    return (await device.page.getByRole('main').textContent())?.includes('You are not signed in.') ?? false;
  };
  const sessionsOf = ({ page }: Device): Promise<string[]> =>
    page.getByRole('list', { name: 'Your sessions' }).getByRole('heading').allTextContents();

  describe('has a row in the table of the app', () => {
    const cell = async (name: string, { page }: Device): Promise<string | null> => {
      const row = page
        .getByRole('table', { name: 'Your row' })
        .locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) });
      return row.getByRole('cell').textContent();
    };

    it('that stays the same at the next sign-in, even in another browser', async () => {
      const before = [await cell('id', laptop), await cell('createdAt', laptop)];
      await expect(cell('visits', laptop)).resolves.toBe('1');

      const phone = await signedInDevice();
      expect([await cell('id', phone), await cell('createdAt', phone)]).toEqual(before);
      await expect(cell('visits', phone)).resolves.toBe('2');
      await closeAll(laptop, phone);
    });

    it('that no other user has', async () => {
      const grace = await signedInDevice('grace', 'hopper');
      expect(await cell('id', grace)).not.toBe(await cell('id', laptop));
      await closeAll(laptop, grace);
    });
  });

  describe('sees where they are signed in', () => {
    it('and that it is only this browser at first', async () => {
      await open('Sessions', laptop);
      await expect(sessionsOf(laptop)).resolves.toEqual(['This browser']);
      await expect(laptop.page.getByRole('main').getByRole('button').count()).resolves.toBe(0);
      await closeAll(laptop);
    });

    it('and signs out in another browser', async () => {
      const phone = await signedInDevice();
      const grace = await signedInDevice('grace', 'hopper');
      await open('Sessions', laptop);
      await expect(sessionsOf(laptop)).resolves.toEqual(['Another browser', 'This browser']);

      await press('Sign out there', laptop);
      await expect(sessionsOf(laptop)).resolves.toEqual(['This browser']);

      await expect(isAnonymous(phone)).resolves.toBe(true);
      await expect(isAnonymous(laptop)).resolves.toBe(false);
      await expect(isAnonymous(grace)).resolves.toBe(false);
      await closeAll(laptop, phone, grace);
    });

    it('and signs out everywhere else', async () => {
      const others = [await signedInDevice(), await signedInDevice()];
      await open('Sessions', laptop);

      await press('Sign out everywhere else', laptop);
      await expect(sessionsOf(laptop)).resolves.toEqual(['This browser']);

      for (const other of others) await expect(isAnonymous(other)).resolves.toBe(true);
      await expect(isAnonymous(laptop)).resolves.toBe(false);
      await closeAll(laptop, ...others);
    });

    it('and has to sign in when they click a button in a browser that was signed out', async () => {
      const phone = await signedInDevice();
      await open('Sessions', phone);
      await open('Sessions', laptop);
      await press('Sign out everywhere else', laptop);

      // Logto still has a session of this browser, so it does not ask for a password.
      await Promise.all([
        phone.page.waitForRequest((request) => request.url().includes('/logto/sign-in?')),
        press('Sign out there', phone),
      ]);
      await phone.page.waitForURL(`${sample.baseUrl}/sessions`);
      await expect(sessionsOf(phone)).resolves.toEqual(['This browser', 'Another browser']);
      await expect(isAnonymous(laptop)).resolves.toBe(false);
      await closeAll(laptop, phone);
    });
  });

  it('who is suspended at Logto is signed out at the next click, and can sign in again once restored', async () => {
    const phone = await signedInDevice();
    const admin = await signedInDevice('grace', 'hopper');
    await admin.page.getByRole('link', { name: 'Suspend a user in Logto Console' }).click();

    await press('Suspend ada at Logto', admin);
    await hasEnded(2);
    await expect(isAnonymous(laptop)).resolves.toBe(true);
    await open('Protected', phone);
    await phone.profile.signIn(phone.page, 'ada', 'lovelace');
    await expect(phone.page.getByRole('alert').textContent()).resolves.toContain('suspended');

    await press('Let ada sign in again', admin);
    await phone.profile.signIn(phone.page, 'ada', 'lovelace');
    await expect(heading(phone)).resolves.toBe('Members only');
    await expect(isAnonymous(admin)).resolves.toBe(false);
    await closeAll(laptop, admin);
    await phone.profile.close(422);
  });

  /** Waits for the webhook, which Logto sends on its own. */
  async function hasEnded(sessions: number): Promise<void> {
    await until(() => sample.output().split('has ended: webhook').length > sessions);
  }
});

describe('The web sample with your own Logto', () => {
  it('has no page that simulates Logto Console', async () => {
    const logto = closeLater(await startSample());
    const sample = closeLater(
      await startSample({
        env: {
          LOGTO_ENDPOINT: /Logto +(http:\S+),/.exec(logto.output())?.[1] ?? '',
          LOGTO_APP_ID: 'other',
          LOGTO_APP_SECRET: 'a-secret',
        },
      }),
    );
    await expect(fetch(`${logto.baseUrl}/demo/console`)).resolves.toHaveProperty('status', 200);
    await expect(fetch(`${sample.baseUrl}/demo/console`)).resolves.toHaveProperty('status', 404);
    await expect(fetch(`${sample.baseUrl}/logto/webhooks`, { method: 'POST' })).resolves.toHaveProperty(
      'status',
      404,
    );
    await expect((await fetch(sample.baseUrl)).text()).resolves.not.toContain('Logto Console');
  });
});
