import type { Browser } from './browser.js';
import { passTime } from '../runner/clock.js';

/**
 * Opens the sign-in route, which redirects to Logto. It advances the clock by six seconds first, because a sign-in waits for
 * another one that the same browser has started shortly before.
 */
export async function startSignIn(
  browser: Browser,
  path = '/logto/sign-in',
): Promise<{ state: string; location: string }> {
  passTime(6);
  const { location = '' } = await browser.open(path);
  return { location, state: new URL(location).searchParams.get('state') ?? '' };
}
