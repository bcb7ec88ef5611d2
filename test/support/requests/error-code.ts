import type { Page } from './browser.js';

/** The code that an error page shows. */
export function errorCode(page: Page): string | undefined {
  return /<code>(.*)<\/code>/.exec(page.text)?.[1];
}
