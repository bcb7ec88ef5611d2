import type { Browser, Page } from './browser.js';
import type { HostileProvider } from '../logto/hostile-provider.js';

/** Signs in at the hostile provider. @returns the response of the callback */
export async function signInAt(
  provider: HostileProvider,
  browser: Browser,
  path = '/logto/sign-in',
): Promise<Page> {
  const { location = '' } = await browser.open(path);
  return browser.open(provider.callback(location));
}
