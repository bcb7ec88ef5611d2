import type { Request } from 'express';
import { cookieFaults, cookieRemark, type CookieInApp } from '../options/cookie-faults.js';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { memoryStoreRemark } from './memory-store-remark.js';

/**
 * What is said once of a session whose set-up was not known at start: an app's own, and one whose cookie a function
 * makes for each request.
 * @param request the first one that has it
 */
export function sessionRemarks(
  {
    client,
    session: mounted,
    authRoutesPrefix,
  }: Pick<ResolvedLogtoOptions, 'client' | 'session' | 'authRoutesPrefix'>,
  request: Request,
): string[] {
  if (!client || (mounted && typeof mounted.cookie !== 'function')) return [];
  const { baseUrl } = client;
  const faults = cookieFaults({ cookie: attributesOf(request, baseUrl), baseUrl, authRoutesPrefix });
  return [...storeRemarks(request, mounted !== undefined), ...faults.map((fault) => cookieRemark(fault))];
}

function storeRemarks({ sessionStore }: Request, isMounted: boolean): string[] {
  // In production express-session says it of an app's own, and of the module's it was said at start.
  if (isMounted || process.env.NODE_ENV === 'production') return [];
  return [memoryStoreRemark(sessionStore) ?? []].flat();
}

function attributesOf(request: Request, baseUrl: string): CookieInApp['cookie'] {
  const { originalMaxAge: maxAge, secure, sameSite, domain, path, httpOnly } = request.session.cookie;
  const { partitioned } = request.session.cookie as { partitioned?: boolean };
  const rest = { maxAge, sameSite, domain, path, httpOnly, partitioned };
  // Only of a function: express-session does not ask the connection then, and takes it for true.
  if (secure === 'auto') return { ...rest, secure: true };
  // A request that did not come by https, such as a health check, does not tell "auto" from false.
  const isUnknown = !secure && baseUrl.startsWith('https:') && !isHttps(request);
  return { ...rest, secure: isUnknown ? 'auto' : (secure ?? false) };
}

/** Whether a request came by https, be it to a proxy that Express does not trust. */
function isHttps(request: Request): boolean {
  return request.secure || /^https\b/i.test(String(request.headers['x-forwarded-proto'] ?? ''));
}
