import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

const npmStart = ['npm', 'start'];

describe('npm start', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = closeLater(await launchChromium());
  });

  it('builds the sample, and prints a URL to open and users who can sign in', async () => {
    const sample = closeLater(await startSample({ command: npmStart }));
    const [, username = '', password = '', name = ''] =
      /Sign in as +(\S+) \/ (\S+) +([^,\n]+)/.exec(sample.output()) ?? [];
    const profile = await BrowserProfile.create(browser);
    const page = await profile.newTab();
    await page.goto(sample.baseUrl);
    await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
    await profile.signIn(page, username, password);
    await expect(page.getByRole('heading', { level: 1 }).textContent()).resolves.toBe(`Welcome, ${name}`);
    await profile.close();
  }, 180_000);

  it('stops on Ctrl-C while a browser is connected, and frees its ports', async () => {
    const first = await startSample();
    const page = await browser.newPage();
    await page.goto(first.baseUrl);
    await first.interrupt();

    const { port } = new URL(first.baseUrl);
    const second = closeLater(await startSample({ env: { PORT: port } }));
    expect(second.baseUrl).toBe(first.baseUrl);
    await page.close();
  });

  it('reports a port that is in use, and how to choose another', async () => {
    const sample = closeLater(await startSample());
    const { port } = new URL(sample.baseUrl);
    const second = startSample({ env: { PORT: port } });
    await expect(second).rejects.toThrow(`Port ${port} is in use`);
    await expect(second).rejects.toThrow('PORT=3100 npm start');
    await expect(second).rejects.not.toThrow('    at ');
  });

  it('starts when the port of its emulator is in use', async () => {
    const sample = closeLater(await startSample());
    const logto = /Logto +(http:\S+),/.exec(sample.output())?.[1] ?? '';
    const second = await startSample({ env: { LOGTO_EMULATOR_PORT: new URL(logto).port } });
    await expect(second.interrupt()).resolves.not.toBe(1);
  });
});
