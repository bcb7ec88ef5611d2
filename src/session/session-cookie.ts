import type { TLSSocket } from 'node:tls';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';

/** Whether the browser has sent the cookie of its session. If not, the session is new. */
export function carriesSessionCookie(request: Request): boolean {
  return cookieNamesOf(request, request.sessionID).length > 0;
}

/** Whether express-session considers a connection secure, given how the app trusts its proxy. */
export function isOverTls(request: Request): boolean {
  return (request.socket as Partial<TLSSocket>).encrypted === true || request.secure;
}

/**
 * Makes sure that express-session will set the session's cookie. It silently sets no secure cookie on a connection that it
 * does not consider secure, and the browser would be redirected to the sign-in for ever.
 * @throws LogtoException `session_cookie_insecure`, 500
 */
export function assertCookieIsSent(request: Request, { cookie }: Request['session']): void {
  if (cookie.secure !== true || isOverTls(request)) return;
  const [protocol = ''] = String(request.headers['x-forwarded-proto'] ?? '').split(',');
  if (protocol.trim().toLowerCase() === 'https') return;
  throw new LogtoException(
    'session_cookie_insecure',
    'The session cookie is `secure`, and this request did not arrive over HTTPS, so no user would stay signed in. Let the ' +
      'proxy that terminates TLS send `X-Forwarded-Proto: https` (nginx: `proxy_set_header X-Forwarded-Proto $scheme`). ' +
      "If the app mounts its own session, it must trust the proxy as well: `app.set('trust proxy', 1)`.",
  );
}

/** Tells the browser to forget the session's cookie. */
export function clearSessionCookie(request: Request, session: Request['session']): void {
  const { path, domain, secure, sameSite, partitioned } = session.cookie as Request['session']['cookie'] & {
    partitioned?: boolean;
  };
  for (const name of cookieNamesOf(request, request.sessionID)) {
    request.res?.clearCookie(name, {
      httpOnly: true,
      path: path ?? '/',
      domain,
      secure: secure === true,
      sameSite,
      partitioned: partitioned === true,
    });
  }
}

/**
 * The names of the cookies with a session's ID. They are found by their value, because an app that mounts express-session
 * itself may give its cookie any name.
 */
export function cookieNamesOf(request: Request, session: string): string[] {
  const pairs = request.headers.cookie?.split(';') ?? [];
  return pairs.flatMap((pair) => {
    const [name, value] = pair.split('=', 2);
    const isMatch = name && value && decoded(value).startsWith(`s:${session}.`);
    // A cookie can only be cleared if its name is a token (RFC 6265 section 4.1.1).
    return isMatch && /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name.trim()) ? [name.trim()] : [];
  });
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
