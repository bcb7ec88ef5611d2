import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { CookieOptions, SessionOptions, Store } from 'express-session';
import { type ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { applicationTag } from './application-tag.js';
import { memoryStoreRemark } from './session-remarks.js';
import { mountsExpressSession, mountsExpressSessionAnywhere } from '../nest/session-layers.js';
import { sessionConfiguredTwice } from './session-problems.js';
import { TouchingStore } from '../store/touching-store.js';
import { TouchThrottle } from '../store/touch-throttle.js';

/** How long a session's cookie lives, in milliseconds, unless told otherwise. */
const defaultMaxAge = 14 * 24 * 60 * 60 * 1000;

/** The session that the module mounts itself, when it was given `session`. */
@Injectable()
export class SessionMount {
  /** The middleware; `undefined` when the app mounts its own session. */
  readonly handler: RequestHandler | undefined;
  /** What is to be said once of how the session is set up. */
  readonly remarks: readonly string[] = [];

  constructor({ session: given, client }: ResolvedLogtoOptions, touches: TouchThrottle) {
    if (!client || !given) return;
    const options = sessionDefaults(given, client);
    const store = given.store ?? new session.MemoryStore();
    this.handler = sessionHandler(options, new TouchingStore(store, touches));
    const remark = memoryStoreRemark(store);
    if (remark !== undefined) this.remarks = [remark];
  }
}

/**
 * express-session over a store that is touched now and then instead of at every request. An app that mounts a session
 * too gets an error at every request that reaches both: the second express-session would silently do nothing.
 */
function sessionHandler(options: SessionOptions, store: Store): RequestHandler {
  const handler = session({ ...options, store });
  // Only looked for once where there is none: everything is mounted before the first request.
  let mayBeMountedTwice = true;
  return (request: Request, response: Response, next: NextFunction): void => {
    if (mayBeMountedTwice) {
      if ((request.session as unknown) || mountsExpressSession(request)) {
        next(sessionConfiguredTwice());
        return;
      }
      mayBeMountedTwice = mountsExpressSessionAnywhere(request);
    }
    handler(request, response, next);
  };
}

/** The options of express-session with the module's defaults filled in. */
function sessionDefaults(given: SessionOptions, client: ResolvedClientOptions): SessionOptions {
  const secure = client.baseUrl.startsWith('https:');
  const defaults: CookieOptions = { httpOnly: true, sameSite: 'lax', secure, maxAge: defaultMaxAge };
  const { cookie } = given;
  return {
    resave: false,
    saveUninitialized: false,
    name: `logto.sid.${applicationTag(client)}`,
    // Behind a proxy that ends TLS, express-session would silently set no secure cookie.
    ...(secure ? { proxy: true } : {}),
    ...told(given),
    cookie:
      typeof cookie === 'function'
        ? (request: Request) => ({ ...defaults, ...told(cookie(request)) })
        : { ...defaults, ...(cookie && told(cookie)) },
  };
}

/** Without what is `undefined`: that is no answer to a default. */
function told<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
