import type { Browser } from './browser.js';
import { passTime } from '../runner/clock.js';

/**
 * Opens the sign-in, as far as the redirect to Logto. Six seconds pass first: a sign-in that starts right after another
 * one in the same browser waits for it.
 */
export async function startSignIn(
  browser: Browser,
  path = '/logto/sign-in',
): Promise<{ state: string; location: string }> {
  passTime(6);
  const { location = '' } = await browser.open(path);
  return { location, state: new URL(location).searchParams.get('state') ?? '' };
}
