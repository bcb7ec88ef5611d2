import type { TestApp } from '../app/app.js';
import type { Page } from '../requests/browser.js';
import { postForm } from '../requests/post-form.js';

/** Sends a logout token to the app, as Logto does. */
export function sendLogoutToken(app: TestApp, token: string): Promise<Page> {
  return postForm(app, '/logto/back-channel-logout', { logout_token: token });
}
