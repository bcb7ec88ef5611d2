import { fatal, warning, type CookieFinding } from './cookie-finding.js';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Checks `maxAge`: seconds instead of milliseconds are the usual mistake. */
export function maxAgeProblem(maxAge: unknown): CookieFinding | undefined {
  // `undefined` is the default of 14 days, and `null` a cookie that ends with the browser.
  if (maxAge === undefined || maxAge === null || maxAge instanceof Date) return undefined;
  if (typeof maxAge !== 'number' || !Number.isFinite(maxAge))
    return fatal('it must be a number of milliseconds.');
  if (maxAge <= 0) return warning('it must be more than 0 milliseconds, or the session expires at once.');
  if (maxAge < hour) {
    return warning(
      `the session lives ${Math.round(maxAge / 60_000)} minutes. express-session takes milliseconds: two weeks are ` +
        '`14 * 24 * 60 * 60 * 1000`.',
    );
  }
  // Whole days in seconds, but not whole minutes in milliseconds.
  const days = maxAge / (day / 1000);
  return maxAge < day && Number.isInteger(days) && maxAge % 60_000 !== 0
    ? warning(
        `the session lives ${(maxAge / hour).toFixed(1)} hours. ${days} days in seconds? express-session takes ` +
          `milliseconds: \`${days} * 24 * 60 * 60 * 1000\`.`,
      )
    : undefined;
}

/** Checks `expires`, which is the same date for every session. */
export function expiresProblem(expires: unknown): CookieFinding | undefined {
  if (!expires) return undefined;
  if (!(expires instanceof Date)) return fatal('it must be a Date. Use `maxAge`, in milliseconds.');
  return expires.getTime() > Date.now()
    ? warning('it is a fixed date, so all sessions end at the same time. Use `maxAge`, in milliseconds.')
    : warning('it is in the past, so every session has already expired. Use `maxAge`, in milliseconds.');
}
