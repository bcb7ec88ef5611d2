import type { Request } from 'express';
import session from 'express-session';
import {
  cookieProblems,
  cookieWarning,
  type CookieProblem,
  type CookieInApp,
} from '../options/resolve/cookie-problems.js';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

type Options = Pick<ResolvedLogtoOptions, 'client' | 'session' | 'authRoutesPrefix'>;

/**
 * Warnings about a session whose setup is only known once a request has it: the app's own session, and a session whose
 * `cookie` is a function.
 */
export function sessionWarnings(options: Options, request: Request): string[] {
  const { client, session: mounted } = options;
  if (!client || (mounted && typeof mounted.cookie !== 'function')) return [];
  const problems = requestCookieProblems(options, request).map((problem) => cookieWarning(problem));
  return [...storeWarnings(request, mounted !== undefined), ...problems];
}

/** What is wrong with the cookie of a request's session. */
export function requestCookieProblems(
  { client, authRoutesPrefix }: Pick<Options, 'client' | 'authRoutesPrefix'>,
  request: Request,
): CookieProblem[] {
  if (!client) return [];
  const { baseUrl } = client;
  return cookieProblems({ cookie: attributesOf(request, baseUrl), baseUrl, authRoutesPrefix });
}

/**
 * A warning about sessions that are only kept in memory, by express-session's default store.
 * @returns `undefined` for other stores, and in tests
 */
export function memoryStoreWarning(store: object): string | undefined {
  // By name too, because the app may have another copy of express-session.
  const isInMemory = store instanceof session.MemoryStore || store.constructor.name === 'MemoryStore';
  const environment = process.env.NODE_ENV;
  if (!isInMemory || environment === 'test') return undefined;
  return environment === 'production'
    ? 'Sessions are kept in the memory of this process: they end when it does, no other instance knows them, and ' +
        `nothing bounds them. ${memoryStoreRemedy}`
    : `Sessions are kept in memory, so each restart of the app signs everybody out. ${memoryStoreRemedy}`;
}

const memoryStoreRemedy =
  'Give the session one of https://www.npmjs.com/package/express-session#compatible-session-stores as `store`.';

function storeWarnings({ sessionStore }: Request, isMounted: boolean): string[] {
  // In production express-session warns about the app's own store, and the module has warned about its own at startup.
  if (isMounted || process.env.NODE_ENV === 'production') return [];
  return [memoryStoreWarning(sessionStore) ?? []].flat();
}

function attributesOf(request: Request, baseUrl: string): CookieInApp['cookie'] {
  const { originalMaxAge: maxAge, secure, sameSite, domain, path, httpOnly } = request.session.cookie;
  const { partitioned } = request.session.cookie as { partitioned?: boolean };
  const rest = { maxAge, sameSite, domain, path, httpOnly, partitioned };
  // "auto" is only left over from a `cookie` function: express-session then treats it as true.
  if (secure === 'auto') return { ...rest, secure: true };
  // On a request that did not come over https, such as a health check, "auto" looks the same as false.
  const isUnknown = !secure && baseUrl.startsWith('https:') && !isHttps(request);
  return { ...rest, secure: isUnknown ? 'auto' : (secure ?? false) };
}

/** Whether a request came over https, even to a proxy that Express does not trust. */
function isHttps(request: Request): boolean {
  return request.secure || /^https\b/i.test(String(request.headers['x-forwarded-proto'] ?? ''));
}
