import { expect } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { Browser } from './browser.js';

/** The URLs of an app, as browsers see them. */
export interface RoundTrip {
  origin: string;
  /** The path of a page for signed-in users only. */
  page?: string;
  /** The path of the module's routes. */
  routes?: string;
  /** What the page shows to ada. */
  greeting?: string;
  /** Where the sign-out ends. Default: `origin`. */
  home?: string;
}

/** Expects that a protected page leads to Logto and back to it, and that the sign-out ends the session. */
export async function expectRoundTrip(
  issuer: LogtoEmulator,
  { origin, page = '/protected', routes = '/logto', greeting = 'hello ada', home = origin }: RoundTrip,
): Promise<void> {
  const browser = new Browser(origin);
  const tab = `${page}?tab=1`;
  const refused = await browser.open(tab);
  expect(refused.location).toBe(`${origin}${routes}/sign-in?returnTo=${encodeURIComponent(tab)}`);

  const { location = '' } = await browser.open(refused.location ?? '');
  expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${origin}${routes}/sign-in-callback`);
  const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
  expect((await browser.open(callback.href)).location).toBe(`${origin}${tab}`);
  expect((await browser.open(tab)).text).toBe(greeting);

  const signOut = new URL((await browser.open(`${routes}/sign-out`)).location ?? '');
  expect(signOut.pathname).toContain('/session/end');
  expect(signOut.searchParams.get('post_logout_redirect_uri')).toBe(home);
  expect((await browser.open(tab)).status).toBe(302);
}
