import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { CookieOptions, SessionOptions } from 'express-session';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import { sessionConfiguredTwice } from './session-problems.js';
import { TouchingStore } from './touching-store.js';
import type { Touches } from './touches.js';

/** How long a session's cookie lives, in milliseconds, unless told otherwise. */
const defaultMaxAge = 14 * 24 * 60 * 60 * 1000;

/** The session that the module mounts itself, when it was given `session`. */
export class SessionMount {
  /** The middleware; `undefined` when the app mounts its own session. */
  readonly handler: RequestHandler | undefined;

  constructor(
    { session: given, client }: Pick<ResolvedLogtoOptions, 'client' | 'session'>,
    touches: Touches,
  ) {
    this.handler = client && given && sessionHandler(sessionDefaults(given, client.baseUrl), touches);
  }
}

/**
 * express-session over a store that is touched now and then instead of at every request. Where the app has
 * mounted a session too, every request is an error: two session cookies would fight.
 */
function sessionHandler(options: SessionOptions, touches: Touches): RequestHandler {
  const handler = session({
    ...options,
    store: new TouchingStore(options.store ?? new session.MemoryStore(), touches),
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.session as unknown) next(sessionConfiguredTwice());
    else handler(request, response, next);
  };
}

/** The options of express-session with the module's defaults filled in. */
function sessionDefaults(given: SessionOptions, baseUrl: string): SessionOptions {
  const secure = baseUrl.startsWith('https:');
  const defaults: CookieOptions = { httpOnly: true, sameSite: 'lax', secure, maxAge: defaultMaxAge };
  return {
    resave: false,
    saveUninitialized: false,
    name: 'logto.sid',
    // Behind a proxy that ends TLS, express-session would silently set no secure cookie.
    ...(secure ? { proxy: true } : {}),
    ...given,
    cookie: typeof given.cookie === 'function' ? given.cookie : { ...defaults, ...given.cookie },
  };
}
