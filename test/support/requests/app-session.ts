import type { Browser } from './browser.js';

/** The id of the app's session and what `PagesController` has stored in it. */
export async function appSession(browser: Browser): Promise<{ id: string; cart: string | null }> {
  return (await browser.open('/session')).json();
}
