import type { TestApp } from '../app/app.js';
import type { Page } from './browser.js';

/** Posts a form to the app, as Logto's server does. */
export function postForm(app: TestApp, path: string, form: string | Record<string, string>): Promise<Page> {
  return app.browser().fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
}
