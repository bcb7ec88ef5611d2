import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const screenshots = fileURLToPath(new URL('../screenshots', import.meta.url));

/** Width and height of a large screen and of a phone, in pixels. */
const screens = [
  [1280, 800],
  [390, 844],
] as const;

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The colour scheme of the browser. */
export type ColorScheme = 'light' | 'dark';

/** Checks that the page fits the screens and is accessible. With `SCREENSHOTS=1` in the environment, takes screenshots. */
export async function examine(page: Page, name: string, colorScheme: ColorScheme): Promise<void> {
  for (const [width, height] of screens) {
    await page.setViewportSize({ width, height });
    if (process.env['SCREENSHOTS'])
      await page.screenshot({ path: `${screenshots}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  }
  await page.evaluate(await axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  expect(
    violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);
}
