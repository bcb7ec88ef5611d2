import type { Browser } from './browser.js';

/** Whether `/protected` answers the browser with its page. */
export async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.open('/protected')).status === 200;
}
