import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { CookieOptions, SessionOptions, Store } from 'express-session';
import { type ResolvedClientOptions, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { withoutUndefined } from '../options/without-undefined.js';
import { applicationTag } from './application-tag.js';
import { LogtoException } from '../logto.exceptions.js';
import { PassiveRequests } from '../request/passive-requests.js';
import { memoryStoreWarning } from './session-warnings.js';
import { mountsExpressSession, mountsExpressSessionAnywhere } from '../nest/http/mounts-express-session.js';
import { TouchingStore } from '../store/touching-store.js';
import { TouchThrottle } from '../store/touch-throttle.js';

/** Default lifetime of the session cookie, in milliseconds. */
const defaultMaxAge = 14 * 24 * 60 * 60 * 1000;

/** The session middleware that the module mounts if the options have `session`. */
@Injectable()
export class SessionMount {
  private readonly mounted: RequestHandler | undefined;
  /** The name of its cookie. */
  readonly cookieName: string | undefined;
  /** Its store. */
  readonly store: Store | undefined;
  /** Warnings about the setup, to log at startup. */
  readonly warnings: readonly string[] = [];

  constructor(
    protected readonly options: ResolvedLogtoOptions,
    touches: TouchThrottle,
    passiveRequests: PassiveRequests,
  ) {
    const { session: given, client } = options;
    if (!client || !given) return;
    const withDefaults = sessionDefaults(given, client);
    const store = given.store ?? new session.MemoryStore();
    this.cookieName = withDefaults.name;
    this.store = new TouchingStore(store, touches);
    const handler = session({ ...withDefaults, store: this.store });
    const untouched = loadUntouched(withDefaults, store, this.store);
    this.mounted = rejectSecondSession((request, response, next) =>
      (passiveRequests.has(request) ? untouched : handler)(request, response, next),
    );
    const warning = memoryStoreWarning(store);
    if (warning !== undefined) this.warnings = [warning];
  }

  /** The middleware; `undefined` if the app mounts its own session. */
  get handler(): RequestHandler | undefined {
    return this.mounted;
  }
}

/** Loads the session of a request from `store` without touching it. Afterwards the request's store is `touching`. */
function loadUntouched(options: SessionOptions, store: Store, touching: Store): RequestHandler {
  const handler = session({ ...options, store: new TouchingStore(store) });
  return (request, response, next) =>
    handler(request, response, (error?: unknown) => {
      // express-session sets none while the store is disconnected.
      if (request.sessionStore as unknown) request.sessionStore = touching as Request['sessionStore'];
      next(error);
    });
}

/**
 * The session middleware, with an error for every request that also reaches a session of the app: the second express-session
 * would silently do nothing.
 */
function rejectSecondSession(handler: RequestHandler): RequestHandler {
  // Stops with the first request if the app mounts no session: by then everything is mounted.
  let checkForSecondSession = true;
  return (request: Request, response: Response, next: NextFunction): void => {
    if (checkForSecondSession) {
      if ((request.session as unknown) || mountsExpressSession(request)) {
        next(sessionConfiguredTwice());
        return;
      }
      checkForSecondSession = mountsExpressSessionAnywhere(request);
    }
    handler(request, response, next);
  };
}

function sessionConfiguredTwice(): LogtoException {
  return new LogtoException(
    'session_configured_twice',
    'Two sessions are set up: the app mounts one in main.ts, and LogtoModule was given `session` too. ' +
      'Remove one of them.',
  );
}

/** The options of express-session, with the module's defaults. */
function sessionDefaults(given: SessionOptions, client: ResolvedClientOptions): SessionOptions {
  const secure = client.baseUrl.startsWith('https:');
  const defaults: CookieOptions = { httpOnly: true, sameSite: 'lax', secure, maxAge: defaultMaxAge };
  const { cookie } = given;
  return {
    resave: false,
    saveUninitialized: false,
    name: `logto.sid.${applicationTag(client)}`,
    // Behind a proxy that terminates TLS, express-session would silently set no secure cookie.
    ...(secure ? { proxy: true } : {}),
    ...withoutUndefined(given),
    cookie:
      typeof cookie === 'function'
        ? (request: Request) => ({ ...defaults, ...withoutUndefined(cookie(request)) })
        : { ...defaults, ...(cookie && withoutUndefined(cookie)) },
  };
}
