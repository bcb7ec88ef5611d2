import { cookieProblems, type CookieProblem } from './cookie-problems.js';
import type { ResolvedExtras } from './resolve-extras.js';
import type { LogtoModuleOptions } from '../logto-module-options.js';
import { trimSlashes } from '../schema/trim-slashes.js';
import { withoutUndefined } from '../without-undefined.js';

/** Checks the cookie of the `session` option. A cookie that a function makes is checked at the first request. */
export function sessionCookieProblems(
  { session, baseUrl }: Pick<LogtoModuleOptions, 'session' | 'baseUrl'>,
  { authRoutesPrefix }: Pick<ResolvedExtras, 'authRoutesPrefix'>,
): CookieProblem[] {
  if (!session || typeof baseUrl !== 'string' || !/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl))
    return [];
  const { cookie = {}, name } = session;
  if (typeof cookie !== 'object') return [];
  return cookieProblems({
    // The same default as when the session is mounted.
    cookie: { secure: baseUrl.startsWith('https:'), ...withoutUndefined(cookie) },
    name,
    baseUrl,
    authRoutesPrefix: trimSlashes(authRoutesPrefix),
  });
}
