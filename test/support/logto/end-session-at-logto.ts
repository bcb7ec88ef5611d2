import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../app/app.js';
import type { Browser } from '../requests/browser.js';
import { application } from './issuer.js';

/** Ends the session of this browser at Logto, without the app. */
export async function endSessionAtLogto(
  issuer: LogtoEmulator,
  app: TestApp,
  browser: Browser,
): Promise<void> {
  const url = new URL('/oidc/session/end', issuer.endpoint);
  url.searchParams.set('client_id', application.id);
  url.searchParams.set('post_logout_redirect_uri', app.baseUrl);
  await issuer.signOut(url, { cookies: browser.cookies });
}
