import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser } from 'playwright-core';
import { Elsewhere } from '../support/elsewhere.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { startSample, type Sample } from './support/sample.js';
import { Visitor } from './support/visitor.js';

describe('A picture that does not load', () => {
  let browser: Browser;
  let elsewhere: Elsewhere;
  let emulator: LogtoEmulator;
  let sample: Sample;

  beforeAll(async () => {
    browser = await launchChromium();
    elsewhere = await Elsewhere.start(() => Promise.resolve({ status: 404 }));
    emulator = await startLogtoEmulator({
      port: 0,
      users: [
        {
          username: 'mary',
          password: 'somerville',
          name: 'Mary Somerville',
          avatar: `${elsewhere.origin}/mary.png`,
        },
      ],
      applications: [{ id: 'sample', secret: 'a-secret' }],
    });
    sample = await startSample({
      env: { LOGTO_ENDPOINT: emulator.endpoint, LOGTO_APP_ID: 'sample', LOGTO_APP_SECRET: 'a-secret' },
    });
  });

  afterAll(async () => {
    await browser.close();
    await sample.interrupt();
    await emulator.close();
    await elsewhere.close();
  });

  it('gives way to the initial of the name', async () => {
    const visitor = await Visitor.arrive(browser, { baseURL: sample.baseUrl });
    const page = await visitor.newTab();
    await page.goto('/logto/sign-in');
    await visitor.signIn(page, 'mary', 'somerville');

    await examine(page, 'picture-lost', 'light');
    const pictures = page.locator('.picture');
    await expect(pictures.count()).resolves.toBe(2);
    for (const index of [0, 1]) {
      const inPage = `document.querySelectorAll('.picture')[${index}]`;
      expect(await page.evaluate(`getComputedStyle(${inPage}, '::after').content`)).toBe('"M"');
      const { x = 0, y = 0, width = 0 } = (await pictures.nth(index).boundingBox()) ?? {};
      // Its edge is round, and smoothed where two layers meet.
      const clip = { x: x + width / 6, y: y + width / 6, width: (width * 2) / 3, height: (width * 2) / 3 };
      const seen = await page.screenshot({ clip });
      await page.evaluate(`(${withoutImage})(${inPage})`);
      expect((await page.screenshot({ clip })).equals(seen)).toBe(true);
    }
    await visitor.leave(404);
  });
});

/** Puts an element without an image in its place: if that looks the same, nothing is seen of a broken image. */
const withoutImage = `(image) => {
  const { width, height } = image;
  const other = document.createElement('span');
  for (const { name, value } of image.attributes) other.setAttribute(name, value);
  Object.assign(other.style, { display: 'inline-block', width: width + 'px', height: height + 'px' });
  image.replaceWith(other);
}`;
