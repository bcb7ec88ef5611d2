import type { Request } from 'express';
import type { ResolvedClientOptions } from '../options/resolved-logto-options.js';
import { cookieNamesOf, isOverTls } from '../session/session-cookie.js';
import type { ExpressSession } from '../session/express-session.js';

const trustProxy =
  'The session cookie is `secure`, and express-session sees no TLS on this connection, so it sets no cookie. ' +
  'Behind a proxy that ends TLS, let the proxy send `X-Forwarded-Proto: https`, and let the app trust it: ' +
  "`app.set('trust proxy', 1)`, or `proxy: true` in the session's options.";

/** Why express-session has set no cookie with the answer to a sign-in. */
export function whyCookieIsNotSet(request: Request, session: ExpressSession): string {
  if (session.cookie.secure === true && !isOverTls(request)) return trustProxy;
  return (
    'The answer to a sign-in carries no session cookie. Something has removed the `Set-Cookie` header, or has replaced ' +
    'the session after the sign-in.'
  );
}

/** Why a browser has not sent the cookie of a session that is there. Names every cause that the request allows for. */
export function whyCookieIsWithheld(
  request: Request,
  { cookie }: ExpressSession,
  session: string,
  { baseUrl }: ResolvedClientOptions,
): string {
  const [name] = cookieNamesOf(request, session);
  if (name !== undefined) {
    return (
      `The browser sends two cookies named "${name}": an older one, of another domain or path, hides the new one. Both ` +
      'are cleared now. Give the session cookie a new `name` whenever you change its `domain` or `path`.'
    );
  }
  const causes = attributeCauses(request, cookie, new URL(baseUrl));
  if (causes.length > 0) return causes.join(' ');
  return (
    'The browser has no session cookie. Check that nothing between browser and app removes `Set-Cookie`, that sign-in ' +
    'and pages have one host name, and that the browser does not block cookies.'
  );
}

function attributeCauses(request: Request, cookie: ExpressSession['cookie'], base: URL): string[] {
  const { domain, path, sameSite, secure } = cookie;
  const host = base.hostname;
  const causes: string[] = [];
  if (secure === true && !isOverTls(request)) causes.push(trustProxy);
  if (sameSite === 'none' && secure !== true)
    causes.push('Browsers drop a cookie with `sameSite: "none"` that is not `secure`. Use "lax".');
  if (sameSite === 'strict' || sameSite === true)
    causes.push(
      '`sameSite: "strict"` keeps browsers from sending the cookie on the redirect back from Logto. Use "lax".',
    );
  if (domain !== undefined && !`.${host}`.endsWith(`.${domain.replace(/^\./, '')}`))
    causes.push(
      `Browsers drop a cookie with the domain "${domain}" that comes from "${host}". Leave \`cookie.domain\` out.`,
    );
  if (path !== undefined && path !== null && !request.originalUrl.startsWith(path))
    causes.push(`The cookie's path "${path}" leaves this route out. Leave \`cookie.path\` out.`);
  return causes;
}
