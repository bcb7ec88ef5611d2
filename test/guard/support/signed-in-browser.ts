import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../../support/app/app.js';
import type { Browser } from '../../support/requests/browser.js';

/** Signs a user in. @returns the browser and the headers for its socket handshakes */
export async function signedInBrowser(
  app: TestApp,
  issuer: LogtoEmulator,
  username: string,
): Promise<{ browser: Browser; handshake: Record<string, string> }> {
  const browser = app.browser();
  await browser.signIn(issuer, username);
  return { browser, handshake: { cookie: browser.cookies.header(app.baseUrl), origin: app.baseUrl } };
}
