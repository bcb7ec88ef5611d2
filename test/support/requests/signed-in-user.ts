import type { Browser } from './browser.js';

/** The id of the user that `PagesController` sees, or `undefined` for an anonymous request. */
export async function signedInUser(browser: Browser): Promise<string | undefined> {
  return (await browser.open('/user')).json<{ claims?: { sub: string } }>().claims?.sub;
}
