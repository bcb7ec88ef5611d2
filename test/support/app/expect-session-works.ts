import { expect } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from './app.js';
import type { Browser } from '../requests/browser.js';
import { passTime, restoreTime } from '../runner/clock.js';

/** Expects that all features of a session work in an app with `PagesController`, with a cookie of this name. */
export async function expectSessionWorks(app: TestApp, issuer: LogtoEmulator, cookie: string): Promise<void> {
  const browser = app.browser();
  await browser.open('/cart/add');
  const first = await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/a');
  passTime(6);
  const second = await browser.authorize(issuer, 'ada', '/logto/sign-in?returnTo=/b');
  restoreTime();
  const [doubled, again] = await Promise.all([browser.open(first), browser.open(first)]);
  expect([doubled.location, again.location]).toEqual([`${app.baseUrl}/a`, `${app.baseUrl}/a`]);
  expect((await browser.open(second)).location).toBe(`${app.baseUrl}/b`);

  expect((await browser.open('/protected')).text).toBe('hello ada');
  expect((await browser.open('/user-info')).json()).toMatchObject({ sub: 'ada' });
  expect((await browser.open('/session')).json()).toMatchObject({ cart: 'a book' });
  expect(cookiesOfApp(browser)).toEqual([cookie]);

  const out = await browser.open('/logto/sign-out');
  expect(out.headers.getSetCookie().join()).toMatch(new RegExp(`^${cookie}=;.*Expires=Thu, 01 Jan 1970`));
  expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
  await browser.signIn(issuer, 'ada');
  expect((await browser.open('/protected')).text).toBe('hello ada');
}

/** Names of the cookies that the app has set, without those of Logto. */
function cookiesOfApp(browser: Browser): string[] {
  const names = [...browser.cookies.header('http://localhost/').matchAll(/(?:^|; )([^=]+)=/g)].map(
    ([, name = '']) => name,
  );
  return names.filter((name) => !/^(_(session|interaction|grant)|logto-signed-in)/.test(name));
}
