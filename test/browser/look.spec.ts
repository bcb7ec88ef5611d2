import { createRequire } from 'node:module';
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { Visitor } from './support/visitor.js';

const screenshots = fileURLToPath(new URL('screenshots/', import.meta.url));
const source = (path: string): Promise<string> =>
  readFile(new URL(`../../sample/web/${path}`, import.meta.url), 'utf8');

/** Width and height of a large screen and of a telephone's, in pixels. */
const screens = [
  [1280, 800],
  [390, 844],
] as const;

const open = { home: '/', user: '/user' };
const signedIn = {
  ...open,
  protected: '/protected',
  'user-info': '/user-info',
  'access-token': '/fetch-access-token',
};
const dead = '/logto/sign-in-callback?code=lost&state=dead-dead-dead-dead-dead';

describe('The sample', () => {
  let browser: Browser;
  let sample: Sample;
  let axe: string;

  beforeAll(async () => {
    browser = await launchChromium();
    sample = await startSample();
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await mkdir(screenshots, { recursive: true });
  });

  afterAll(async () => {
    await browser.close();
    await sample.interrupt();
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    const arrive = (): Promise<Visitor> => Visitor.arrive(browser, { baseURL: sample.baseUrl, colorScheme });

    /** Keeps pictures of the page, and checks what a person needs who sees little or has little room. */
    const examine = async (page: Page, name: string): Promise<void> => {
      for (const [width, height] of screens) {
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: `${screenshots}${name}-${colorScheme}-${width}.png`, fullPage: true });
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
      }
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>('axe.run()');
      expect(
        violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      ).toEqual([]);
    };

    it('is accessible and fits wide and narrow screens for a visitor', async () => {
      const visitor = await arrive();
      const page = await visitor.newTab();
      for (const [name, path] of Object.entries(open)) {
        await page.goto(path);
        await examine(page, `${name}-anonymous`);
      }
      await visitor.leave();
    });

    it('is accessible and fits wide and narrow screens for a signed-in user', async () => {
      const visitor = await arrive();
      const page = await visitor.newTab();
      await page.goto('/protected');
      await examine(page, 'sign-in');
      await visitor.signIn(page, 'ada', 'lovelace');
      for (const [name, path] of Object.entries(signedIn)) {
        await page.goto(path);
        await examine(page, name);
      }
      await visitor.leave();
    });

    it('is accessible and fits wide and narrow screens where a sign-in failed', async () => {
      const visitor = await arrive();
      const page = await visitor.newTab();
      await page.goto(dead);
      await examine(page, 'dead-callback');
      await visitor.leave(400);
    });
  });
});

describe('The code that a page shows', () => {
  it('is the code that made it', async () => {
    const controller = (await source('app.controller.ts')).replaceAll(/ {2}@Header.*\n/g, '');
    const shown = [...(await source('views/code-of.ts')).matchAll(/`(@Get[^`]+)`/g)].map(
      ([, code = '']) => code,
    );
    expect(shown).toHaveLength(4);
    for (const code of shown) expect(controller).toContain(code.replaceAll(/^/gm, '  '));
  });
});
