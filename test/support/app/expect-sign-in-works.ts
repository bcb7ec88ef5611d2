import { expect } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from './app.js';

/** Expects that ada can sign in to an app with `PagesController` and open its protected page. */
export async function expectSignInWorks(app: TestApp, issuer: LogtoEmulator): Promise<void> {
  const browser = app.browser();
  expect((await browser.signIn(issuer)).status).toBe(302);
  expect((await browser.open('/protected')).text).toBe('hello ada');
}
