import { expect } from '@jest/globals';
import type { Page } from './browser.js';
import { errorCode } from './error-code.js';

/** Expects a page that names the error and offers to start the sign-in again. */
export function expectErrorPage(page: Page, status: number, code: string): void {
  expect([page.status, errorCode(page)]).toEqual([status, code]);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.text).toContain('href="/logto/sign-in"');
}
