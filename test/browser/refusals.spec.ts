import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

const resource = 'https://books.example.com';

describe('A sign-in that is refused', () => {
  let browser: Browser;
  let logto: LogtoEmulator;
  let env: Record<string, string>;
  let sample: Sample;
  let profile: BrowserProfile;
  let page: Page;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
    // The app is a third-party application, so that Logto asks for consent.
    logto = closeLater(
      await startLogtoEmulator({
        port: 0,
        applications: [
          { id: 'app', secret: 'the-secret-of-the-app', name: 'Reading Room', isThirdParty: true },
        ],
        users: [{ username: 'ada', password: 'lovelace', name: 'Ada Lovelace' }],
        resources: [{ indicator: resource }],
      }),
    );
    env = {
      LOGTO_ENDPOINT: logto.endpoint,
      LOGTO_APP_ID: 'app',
      LOGTO_APP_SECRET: 'the-secret-of-the-app',
      LOGTO_RESOURCE: resource,
    };
    sample = closeLater(await startSample({ env }));
  });

  beforeEach(async () => {
    profile = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    page = await profile.newTab();
  });

  const heading = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).textContent();

  it('because of a wrong password can be repeated with the right one', async () => {
    await page.goto('/protected');
    await profile.signIn(page, 'ada', 'byron');
    await expect(page.getByRole('alert').textContent()).resolves.toContain('password is wrong');
    await profile.signIn(page, 'ada', 'lovelace');
    await page.getByRole('button', { name: 'Authorize' }).click();
    expect(page.url()).toBe(`${sample.baseUrl}/protected`);
    await profile.close(422);
  });

  it('because the user cancels can be started again', async () => {
    await page.goto('/protected');
    await profile.signIn(page, 'ada', 'lovelace');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(new URL(page.url()).pathname).toBe('/logto/sign-in-callback');
    await expect(page.getByRole('main').textContent()).resolves.toContain('access_denied');
    await page.goto('/user');
    await expect(page.getByRole('main').textContent()).resolves.toContain('"isAuthenticated": false');

    await page.goBack();
    await page.getByRole('link', { name: 'Start again' }).click();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await expect(heading()).resolves.toBe('Members only');
    await profile.close(403, 400);
  });

  it('because the callback belongs to no sign-in of this browser can be started again', async () => {
    const answer = await page.goto(`/logto/sign-in-callback?code=lost&state=${'x'.repeat(43)}`);
    expect(answer?.status()).toBe(400);
    await expect(page.getByRole('main').textContent()).resolves.toContain('sign_in_session.not_found');
    await page.getByRole('link', { name: 'Start again' }).click();
    await profile.signIn(page, 'ada', 'lovelace');
    await page.getByRole('button', { name: 'Authorize' }).click();
    await expect(heading()).resolves.toBe('Welcome, Ada Lovelace');
    await profile.close(400);
  });

  it('is not shown when a signed-in user opens an old callback again', async () => {
    await page.goto('/protected');
    await profile.signIn(page, 'ada', 'lovelace');
    const [callback] = await Promise.all([
      page.waitForRequest((request) => request.url().includes('/logto/sign-in-callback')),
      page.getByRole('button', { name: 'Authorize' }).click(),
    ]);
    await page.goto(callback.url());
    await expect(heading()).resolves.toBe('Members only');
    await profile.close();
  });

  it('because Logto is down can be started again for the same page once Logto is back', async () => {
    await logto.pause();
    const started = closeLater(await startSample({ env }));
    const answer = await page.goto(`${started.baseUrl}/protected`).finally(() => logto.resume());
    expect(answer?.status()).toBe(503);
    await page.getByRole('link', { name: 'Start again' }).click();
    await profile.signIn(page, 'ada', 'lovelace');
    await page.getByRole('button', { name: 'Authorize' }).click();
    await expect(heading()).resolves.toBe('Members only');
    await profile.close(503);
  });
});
