import type { TLSSocket } from 'node:tls';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';

/** Whether the browser sent the session's cookie: a session that only this request knows was never stored. */
export function carriesSessionCookie(request: Request): boolean {
  return cookieNamesOf(request, request.sessionID).length > 0;
}

/** Whether express-session takes a connection for one over TLS, as far as the app trusts its proxy. */
export function isOverTls(request: Request): boolean {
  return (request.socket as Partial<TLSSocket>).encrypted === true || request.secure;
}

/**
 * Makes sure that a browser will get a session's cookie. A secure one express-session silently leaves out of a
 * connection that it does not take for one over TLS, and the sign-in would begin anew for ever.
 * @throws LogtoException `session_cookie_insecure`, 500
 */
export function assertCookieIsSent(request: Request, { cookie }: Request['session']): void {
  if (cookie.secure !== true || isOverTls(request)) return;
  const [protocol = ''] = String(request.headers['x-forwarded-proto'] ?? '').split(',');
  if (protocol.trim().toLowerCase() === 'https') return;
  throw new LogtoException(
    'session_cookie_insecure',
    'The session cookie is `secure`, and this request did not come by https, so nobody would stay signed in. Let the ' +
      'proxy that ends TLS send `X-Forwarded-Proto: https` (nginx: `proxy_set_header X-Forwarded-Proto $scheme`). Where ' +
      "the app mounts its own session, it has to trust the proxy as well: `app.set('trust proxy', 1)`.",
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
      ...(domain === undefined ? {} : { domain }),
      ...(typeof secure === 'boolean' ? { secure } : {}),
      ...(sameSite === undefined ? {} : { sameSite }),
      ...(partitioned === true ? { partitioned } : {}),
    });
  }
}

/**
 * The names of the cookies that hold a session's id. Found by their value, since an app that mounts express-session
 * itself may call its cookie anything.
 */
export function cookieNamesOf(request: Request, session: string): string[] {
  const pairs = request.headers.cookie?.split(';') ?? [];
  return pairs.flatMap((pair) => {
    const [name, value] = pair.split('=', 2);
    const ours = name && value && decoded(value).startsWith(`s:${session}.`);
    // Only a token can be a cookie's name (RFC 6265 section 4.1.1), and only such a cookie can be cleared.
    return ours && /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name.trim()) ? [name.trim()] : [];
  });
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
