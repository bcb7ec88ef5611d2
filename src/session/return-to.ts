import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** Longest `returnTo`, in characters once it is written as a URL: it travels in a cookie, of 4 kB at most. */
const maxLength = 1024;

/**
 * `returnTo` if a browser may be sent there: a path on this app, or a URL on an allowed origin. Whatever looks different
 * to a browser than to this check is no path on this app.
 */
export function allowedReturnTo(
  returnTo: unknown,
  options: Pick<ResolvedLogtoOptions, 'client' | 'allowedOrigins' | 'authRoutesPrefix'>,
): string | undefined {
  const written = writtenAsUrl(returnTo, options);
  return written !== undefined && written.length <= maxLength ? written : undefined;
}

function writtenAsUrl(
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

  const basePath = base.pathname.replace(/\/$/, '');
  const within = url.pathname === basePath || url.pathname.startsWith(`${basePath}/`);
  // `/..//evil` becomes `//evil` once it is resolved, and `/%2F/evil` once a proxy has decoded it.
  if (!within || /^\/(\/|%2f|%5c)/i.test(url.pathname.slice(basePath.length))) return undefined;
  const routes = `${basePath}/${options.authRoutesPrefix}/`;
  if (url.pathname.toLowerCase().startsWith(routes.toLowerCase())) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Where a sign-in ends: `returnTo` if a browser may be sent there, otherwise `postSignInRedirectUri`. */
export function safeReturnTo(
  returnTo: unknown,
  options: Pick<
    ResolvedLogtoOptions,
    'client' | 'allowedOrigins' | 'postSignInRedirectUri' | 'authRoutesPrefix'
  >,
): string {
  return allowedReturnTo(returnTo, options) ?? options.postSignInRedirectUri;
}

/** The origin that a `returnTo` names, where it names one. */
export function refusedOrigin(returnTo: string): string | undefined {
  if (!/^https?:\/\//i.test(returnTo) || !URL.canParse(returnTo)) return undefined;
  return new URL(returnTo).origin.slice(0, 100);
}
