import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { mountsExpressSession } from '../nest/http/mounts-express-session.js';
import { storeUnavailable } from '../store/store-access.js';
import type { SessionStoreLocator } from './session-store-locator.js';

/** The error for a request without a session of express-session, with the reason. */
export function missingSession(request: Request, locator: SessionStoreLocator): LogtoException {
  if (request.session as unknown) return sessionNotSupported();
  if (request.sessionStore as unknown) return sessionDropped();
  // Either the module mounts the session, or an earlier request had it.
  const isMounted = locator.find() !== undefined;
  const { cookiePath = '/' } = locator;
  if (isMounted && !request.originalUrl.startsWith(cookiePath)) return outsideOfCookie(cookiePath);
  if (locator.isDisconnected) return storeUnavailable(new Error('The store has emitted "disconnect".'));
  const mountsItself = mountsExpressSession(request);
  if (!isMounted && !mountsItself) return sessionNotConfigured();
  // All middleware has run once there is a route, and the handshake of a socket has no app.
  const isMiddleware = (request.app as unknown) !== undefined && (request.route as unknown) === undefined;
  return isMiddleware ? notMountedYet(mountsItself) : storeUnavailable();
}

function sessionDropped(): LogtoException {
  return new LogtoException(
    'session_missing',
    'The session of this request is gone: something set `req.session = null` or called `req.session.destroy()` ' +
      'earlier in the request. Sign out with `LogtoService.signOut(request)`, and clear your own data by deleting its keys.',
  );
}

function outsideOfCookie(path: string): LogtoException {
  return new LogtoException(
    'session_missing',
    `The session cookie has the path "${path}", so express-session ignores this request. Leave \`cookie.path\` out, or ` +
      "set it to a path that the module's routes and your pages have in common.",
  );
}

function notMountedYet(byTheApp: boolean): LogtoException {
  return new LogtoException(
    'session_missing',
    byTheApp
      ? 'Your session is mounted after the middleware that needs it. Call `app.use(session({ … }))` first in main.ts, or ' +
          'give LogtoModule `session: { secret: "…" }`: the module mounts the session in front of everything.'
      : 'This middleware runs before the session that LogtoModule mounts: it was added to the Express instance before ' +
          '`NestFactory.create`. Add it with `app.use()` after that.',
  );
}

function sessionNotConfigured(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'There is no session on the request. Either give LogtoModule `session: { secret: "…" }`, and it mounts ' +
      'express-session itself, or mount your own in main.ts before the app listens: ' +
      '`app.use(session({ secret: "…", resave: false, saveUninitialized: false }))`.',
  );
}

function sessionNotSupported(): LogtoException {
  return new LogtoException(
    'session_not_supported',
    'The session on the request does not come from express-session (cookie-session keeps all data in the cookie and ' +
      'has no store). Mount express-session in its place, or give LogtoModule `session: { secret: "…" }`.',
  );
}

/** The error for a socket whose handshake has no session: the app's own session middleware does not run for it. */
export function handshakeWithoutSession(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'There is no session on the handshake of this socket. Let the module mount the session, or pass yours: ' +
      '`LogtoService.bindHandshake(client, request, sessionMiddleware)` in `handleConnection`, or ' +
      '`server.engine.use(sessionMiddleware)` with socket.io.',
  );
}
