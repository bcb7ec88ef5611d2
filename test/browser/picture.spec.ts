import { beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser } from 'playwright-core';
import { OtherServer } from '../support/requests/other-server.js';
import { launchChromium } from './support/chromium.js';
import { examine } from './support/examine.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

describe('A picture that does not load', () => {
  let browser: Browser;
  let sample: Sample;

  beforeAll(async () => {
    const pictures = closeLater(await OtherServer.start(() => Promise.resolve({ status: 404 })));
    const emulator = closeLater(
      await startLogtoEmulator({
        port: 0,
        users: [
          {
            username: 'mary',
            password: 'somerville',
            name: 'Mary Somerville',
            avatar: `${pictures.origin}/mary.png`,
          },
        ],
        applications: [{ id: 'sample', secret: 'a-secret' }],
      }),
    );
    sample = closeLater(
      await startSample({
        env: { LOGTO_ENDPOINT: emulator.endpoint, LOGTO_APP_ID: 'sample', LOGTO_APP_SECRET: 'a-secret' },
      }),
    );
    browser = closeLater(await launchChromium());
  });

  it('is replaced by the initial of the name', async () => {
    const profile = await BrowserProfile.create(browser, { baseURL: sample.baseUrl });
    const page = await profile.newTab();
    await page.goto('/logto/sign-in');
    await profile.signIn(page, 'mary', 'somerville');

    await examine(page, 'picture-lost', 'light');
    const pictures = page.locator('.picture');
    await expect(pictures.count()).resolves.toBe(2);
    for (const index of [0, 1]) {
      const inPage = `document.querySelectorAll('.picture')[${index}]`;
      expect(await page.evaluate(`getComputedStyle(${inPage}, '::after').content`)).toBe('"M"');
      const { x = 0, y = 0, width = 0 } = (await pictures.nth(index).boundingBox()) ?? {};
      // Without the round edge, which is antialiased.
      const clip = { x: x + width / 6, y: y + width / 6, width: (width * 2) / 3, height: (width * 2) / 3 };
      const seen = await page.screenshot({ clip });
      await page.evaluate(`(${withoutImage})(${inPage})`);
      expect((await page.screenshot({ clip })).equals(seen)).toBe(true);
    }
    await profile.close(404);
  });
});

/** Replaces the image by an element without one. If it looks the same, no broken image was visible. */
const withoutImage = `(image) => {
  const { width, height } = image;
  const other = document.createElement('span');
  for (const { name, value } of image.attributes) other.setAttribute(name, value);
  Object.assign(other.style, { display: 'inline-block', width: width + 'px', height: height + 'px' });
  image.replaceWith(other);
}`;
