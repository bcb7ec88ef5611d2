import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { mountsExpressSession } from '../nest/session-layers.js';
import { sessionNotConfigured, sessionNotSupported } from './session-problems.js';
import { storeUnavailable } from '../store/store-access.js';

/** What is known of the session that the module or the app mounts. */
export interface KnownSession {
  /** Whether the module mounts it, or an earlier request had it. */
  readonly isMounted: boolean;
  /** Whether its store has said that it is disconnected. */
  readonly isDisconnected: boolean;
  /** The path of its cookie. */
  readonly cookiePath: string | undefined;
}

/** Says why a request has no session that could hold a sign-in. */
export function missingSession(request: Request, known: KnownSession): LogtoException {
  if (request.session as unknown) return sessionNotSupported();
  if (request.sessionStore as unknown) return sessionDropped();
  const { cookiePath = '/' } = known;
  if (known.isMounted && !request.originalUrl.startsWith(cookiePath)) return outsideOfCookie(cookiePath);
  if (known.isDisconnected) return storeUnavailable(new Error('The store has emitted "disconnect".'));
  const mountsItself = mountsExpressSession(request);
  if (!known.isMounted && !mountsItself) return sessionNotConfigured();
  // A socket's handshake has no app, and a handler has a route: everything that is mounted has run before it.
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
