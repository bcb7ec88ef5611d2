import type { Browser } from './browser.js';

/** Whether the browser can open `/protected`. */
export async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.open('/protected')).status === 200;
}
