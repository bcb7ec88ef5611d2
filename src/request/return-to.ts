import { basePathOf } from '../options/resolve/base-path-of.js';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** Maximum length of `returnTo` in characters, percent-encoded: it is part of a cookie, which may have 4 kB. */
const maxLength = 1024;

/**
 * `returnTo`, if the browser may be redirected there: to a path of this app, or to a URL of an allowed origin. Prevents open
 * redirects, so it rejects every path that a browser may read differently.
 */
export function allowedReturnTo(
  returnTo: unknown,
  options: Pick<ResolvedLogtoOptions, 'client' | 'allowedOrigins' | 'authRoutesPrefix'>,
): string | undefined {
  const normalized = normalize(returnTo, options);
  return normalized !== undefined && normalized.length <= maxLength ? normalized : undefined;
}

function normalize(
  returnTo: unknown,
  options: Pick<ResolvedLogtoOptions, 'client' | 'allowedOrigins' | 'authRoutesPrefix'>,
): string | undefined {
  if (typeof returnTo !== 'string' || returnTo.length === 0 || returnTo.length > maxLength) return undefined;
  // Browsers drop control characters and read a backslash as a slash.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(returnTo)) return undefined;
  const base = new URL(options.client?.baseUrl ?? 'http://localhost');
  if (!returnTo.startsWith('/') && !/^https?:\/\/[^/]/i.test(returnTo)) return undefined;
  if (!URL.canParse(returnTo, base.href)) return undefined;
  const url = new URL(returnTo, base);
  if (url.username || url.password) return undefined;
  if (url.origin !== base.origin) return options.allowedOrigins.includes(url.origin) ? url.href : undefined;

  const basePath = basePathOf(base.href);
  const isWithin = url.pathname === basePath || url.pathname.startsWith(`${basePath}/`);
  // `/..//evil` becomes `//evil` once it is resolved, and `/%2F/evil` once a proxy has decoded it.
  if (!isWithin || /^\/(\/|%2f|%5c)/i.test(url.pathname.slice(basePath.length))) return undefined;
  const routes = `${basePath}/${options.authRoutesPrefix}/`;
  if (url.pathname.toLowerCase().startsWith(routes.toLowerCase())) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** `returnTo` if it is allowed, else `postSignInRedirectUri`. */
export function safeReturnTo(
  returnTo: unknown,
  options: Pick<
    ResolvedLogtoOptions,
    'client' | 'allowedOrigins' | 'postSignInRedirectUri' | 'authRoutesPrefix'
  >,
): string {
  return allowedReturnTo(returnTo, options) ?? options.postSignInRedirectUri;
}

/** The origin of a `returnTo`, if it is an absolute URL. */
export function originOfReturnTo(returnTo: string): string | undefined {
  if (!/^https?:\/\//i.test(returnTo) || !URL.canParse(returnTo)) return undefined;
  return new URL(returnTo).origin.slice(0, 100);
}
