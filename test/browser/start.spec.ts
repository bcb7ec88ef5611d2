import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { Visitor } from './support/visitor.js';

/** What a person types. */
const npmStart = ['npm', 'start'];

describe('npm start', () => {
  let browser: Browser;
  let sample: Sample | undefined;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterEach(async () => {
    await sample?.interrupt();
    sample = undefined;
  });

  afterAll(() => browser.close());

  it('builds everything, says what to open and who can sign in, and these people can', async () => {
    sample = await startSample({ command: npmStart });
    const [, username = '', password = '', name = ''] =
      /Sign in as +(\S+) \/ (\S+) +([^,\n]+)/.exec(sample.output()) ?? [];
    const visitor = await Visitor.arrive(browser);
    const page = await visitor.newTab();
    await page.goto(sample.baseUrl);
    await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
    await visitor.signIn(page, username, password);
    await expect(page.getByRole('heading', { level: 1 }).textContent()).resolves.toBe(`Welcome, ${name}`);
    await visitor.leave();
  }, 180_000);

  it('ends at Ctrl-C, with a browser still connected, and leaves its ports free', async () => {
    const first = (sample = await startSample());
    const page = await browser.newPage();
    await page.goto(first.baseUrl);
    await first.interrupt();

    const { port } = new URL(first.baseUrl);
    sample = await startSample({ env: { PORT: port } });
    expect(sample.baseUrl).toBe(first.baseUrl);
    await page.close();
  });

  it('says which port is in use, and how to choose another', async () => {
    sample = await startSample();
    const { port } = new URL(sample.baseUrl);
    const second = startSample({ env: { PORT: port } });
    await expect(second).rejects.toThrow(`Port ${port} is in use`);
    await expect(second).rejects.toThrow('PORT=3100 npm start');
    await expect(second).rejects.not.toThrow('    at ');
  });

  it('starts beside a Logto that has its port already', async () => {
    sample = await startSample();
    const logto = /Logto +(http:\S+),/.exec(sample.output())?.[1] ?? '';
    const second = await startSample({ env: { LOGTO_EMULATOR_PORT: new URL(logto).port } });
    await expect(second.interrupt()).resolves.not.toBe(1);
  });
});
