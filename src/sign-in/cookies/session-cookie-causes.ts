import type { Request } from 'express';
import { cookieWarning } from '../../options/resolve/cookie-problems.js';
import type { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { cookieNamesOf, isOverTls } from '../../session/session-cookie.js';
import { requestCookieProblems } from '../../session/session-warnings.js';

const trustProxy =
  'The session cookie is `secure`, and express-session sees no TLS on this connection, so it sets no cookie. ' +
  'Behind a proxy that terminates TLS, let the proxy send `X-Forwarded-Proto: https`, and let the app trust it: ' +
  "`app.set('trust proxy', 1)`, or `proxy: true` in the session's options.";

/** The attributes that can keep a browser from storing or sending a cookie. */
const decisiveAttributes: ReadonlySet<string> = new Set(['domain', 'partitioned', 'path', 'sameSite']);

/** Why express-session has set no cookie in the response to a sign-in. */
export function whyCookieIsNotSet(request: Request, { cookie }: Request['session']): string {
  if (cookie.secure === true && !isOverTls(request)) return trustProxy;
  return (
    'The response to a sign-in has no session cookie. Something has removed the `Set-Cookie` header, or has replaced ' +
    'the session after the sign-in.'
  );
}

/**
 * Why a browser has not sent the cookie of a session that is in the store.
 * @param session the ID of that session
 * @returns every cause that the request allows for
 */
export function whyCookieIsNotSent(request: Request, session: string, options: ResolvedLogtoOptions): string {
  const [name] = cookieNamesOf(request, session);
  if (name !== undefined) {
    return (
      `The browser sends two cookies named "${name}": an older one, of another domain or path, hides the new one. Both ` +
      'are cleared now. Give the session cookie a new `name` whenever you change its `domain` or `path`.'
    );
  }
  const problems = requestCookieProblems(options, request).filter(({ attribute }) =>
    decisiveAttributes.has(attribute),
  );
  const isDropped = request.session.cookie.secure === true && !isOverTls(request);
  const causes = [...(isDropped ? [trustProxy] : []), ...problems.map((problem) => cookieWarning(problem))];
  if (causes.length > 0) return causes.join(' ');
  return (
    'The browser has no session cookie. Check that nothing between browser and app removes `Set-Cookie`, that sign-in ' +
    'and pages use the same host name, and that the browser does not block cookies.'
  );
}
