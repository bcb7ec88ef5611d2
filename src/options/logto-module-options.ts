import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { SessionOptions } from 'express-session';
import type { LogtoApiOptions } from './logto-api-options.js';
import type { LogtoEncryptionOptions } from './logto-encryption-options.js';
import type { Prompt } from './logto-constants.js';
import type { GetContextParameters } from './get-context-parameters.js';
import type { SignInOptions } from './sign-in-options.js';
import type { LogtoManagementOptions } from './logto-management-options.js';
import type { LogtoWebhookOptions } from './logto-webhook-options.js';

/** A lock that all instances of the app share, for example on Redis. */
export interface LogtoLock {
  /**
   * Runs `fn` while no other caller holds the lock of `key`.
   * @param key what to lock. It contains no secret.
   */
  run<T>(key: string, fn: () => Promise<T>): Promise<T>;
}

/** How this server sends requests to Logto. */
export interface LogtoHttpOptions {
  /**
   * Maximum duration of one call, in milliseconds. For `LogtoService.fetch`: until the response starts.
   * Default: `5000`.
   */
  timeout?: number;
  /** Tolerated difference between Logto's clock and this server's, in seconds. Default: `30`. */
  clockTolerance?: number;
  /** Replaces the global `fetch`, in `LogtoService.fetch` too, for a proxy, an agent or tracing. Default: the global one. */
  fetch?: typeof fetch;
  /**
   * The address of Logto for this server, if browsers use another one, as in Docker Compose: `http://logto:3001`. It is the
   * origin of the endpoints, but not of the issuer. Default: the origin of `endpoint`.
   */
  internalEndpoint?: string;
}

/** Limits to the lifetime of a session. */
export interface LogtoLifetimeOptions {
  /** Maximum time since the sign-in, in seconds. Default: no limit. */
  absolute?: number;
  /** Maximum time between two requests, in seconds. Default: no limit. */
  idle?: number;
}

/** What `LogtoGuard` does with an anonymous request. */
export type UnauthenticatedBehavior = 'auto' | 'redirect' | 'reject';

/** Options of {@link LogtoModule.forRoot}. Options that `@logto/express` has too have the same names. */
export interface LogtoModuleOptions extends GetContextParameters {
  // Application

  /** The Logto endpoint, `https://your-tenant.logto.app`. The issuer is `${endpoint}/oidc`. */
  endpoint: string;
  /**
   * The application's ID, from Logto Console > Applications. Leave it out for an API that only accepts bearer tokens.
   * Default: none.
   */
  appId?: string;
  /**
   * The application's secret (client_secret_basic). Without it the app is a public client that only uses PKCE.
   * Default: none.
   */
  appSecret?: string;
  /**
   * The address of this app as browsers see it. It may have a path: one that a proxy strips, the global prefix, or the
   * path at which another app mounts this one. Leave it out for an API that only accepts bearer tokens. Default: none.
   */
  baseUrl?: string;

  // Sign-in

  /** Scopes to request besides `openid offline_access profile`. Default: none. */
  scopes?: string[];
  /** API resources that you need access tokens for. Default: none. */
  resources?: string[];
  /** Whether to request `openid offline_access profile`. Default: `true`. */
  includeReservedScopes?: boolean;
  /**
   * `prompt` of every sign-in: `'consent'`, `'login'`, both, or `'none'`. Without `consent` Logto issues no refresh token.
   * Default: `'consent'`.
   */
  prompt?: Prompt | Prompt[];
  /** Parameters of every sign-in. Default: none. */
  signInOptions?: SignInOptions;
  /** Where to go after a sign-in without a `returnTo`. Default: `baseUrl`. */
  postSignInRedirectUri?: string;
  /** Where to go after a sign-out. Register it at Logto. Default: `baseUrl`. */
  postSignOutRedirectUri?: string;

  // Sessions

  /**
   * Options of the express-session that the module mounts. Leave them out if you mount a session yourself.
   *
   * The module's own defaults are `resave: false`, `saveUninitialized: false`, and a cookie that is `httpOnly` and
   * `sameSite: 'lax'`, lasts 14 days, and is `secure` if `baseUrl` is https (then also `proxy: true`). Default: none.
   * @see {@link https://github.com/expressjs/session#options}
   */
  session?: SessionOptions;
  /**
   * Encrypts the sign-in cookies. Default: the session's secret (of several, the first encrypts, and all decrypt), else
   * `appSecret`.
   */
  cookieSecret?: string;
  /** Limits the lifetime of a session. Default: as long as its cookie. */
  lifetime?: LogtoLifetimeOptions;
  /**
   * How old claims may be, in seconds. Older ones are refreshed before a guard uses them or `LogtoService` returns them,
   * so that a user who is suspended, deleted or loses a role at Logto loses access. On a route without a guard, `req.user`
   * has the cached claims, which are refreshed after the response. Each session is refreshed up to a tenth earlier, so that
   * not all are refreshed at once. `false` turns it off. Default: `3600`.
   */
  revalidateAfter?: number | false;
  /** How long to cache the response of the userinfo endpoint, in seconds. Default: `0`. */
  userInfoTtl?: number;
  /**
   * A distributed lock for refreshes and sign-in callbacks: an object with a method `run(key, fn)` that runs `fn` while no
   * other caller holds the lock of `key`. Default: a lock in this process.
   */
  lock?: LogtoLock;
  /**
   * The claims that `GET /logto/session` returns to a front end. Never tokens.
   * Default: `['sub', 'name', 'username', 'picture', 'email']`.
   */
  sessionClaims?: string[];
  /** Encrypts the tokens in the session store. Default: no encryption. */
  encryption?: LogtoEncryptionOptions;

  // Guards

  /** What `LogtoGuard` does with an anonymous request. `'auto'` redirects browser navigations only. Default: `'auto'`. */
  unauthenticated?: UnauthenticatedBehavior;
  /**
   * Other origins that may send unsafe requests with a session, call the session and sign-out routes (CORS), and be the
   * target of `returnTo`. Default: none.
   */
  allowedOrigins?: string[];
  /** Accept bearer access tokens. Default: bearer tokens are rejected. */
  api?: LogtoApiOptions;
  /**
   * How long one hook or `@LogtoUserResolver()` may take, in milliseconds. After that, a sign-in or a request with a bearer
   * token fails with `hook_timeout`, 503. Other requests continue without the hook. Default: `5000`.
   */
  hookTimeout?: number;
  /** Receive webhooks from Logto. Default: no route for them. */
  webhooks?: LogtoWebhookOptions;
  /**
   * Start even if no guard of this library enforces a `@RequireRoles()` or similar decorator. With `false` the app does not
   * start (`authorization_not_enforced`), because anyone would get access. Default: `false`.
   */
  allowUnenforcedRequirements?: boolean;

  // Calls to Logto

  /** How this server sends requests to Logto. Default: the defaults of its members. */
  http?: LogtoHttpOptions;
  /** A machine-to-machine application, for client credentials, which web applications may not use. Default: none. */
  machineToMachine?: { appId: string; appSecret: string };
  /** How to call Logto's Management API. Default: the defaults of its members. */
  management?: LogtoManagementOptions;
  /** Origins other than that of the resource to which `LogtoService.fetch` may send an access token. Default: none. */
  downstream?: string[];
  /** Allow `http:` for hosts other than loopback. Default: `false`. */
  allowInsecureRequests?: boolean;
}

/** Options that shape the module itself. With `forRootAsync` you pass them next to `useFactory`. */
export interface LogtoModuleExtras {
  /**
   * Whether other modules can use `LogtoService` and the guards without importing the module. With `false`, export it
   * from the module that imports it: `exports: [LogtoModule]`. Default: `true`.
   */
  global?: boolean;
  /** Path of the module's routes. Default: `'logto'`. */
  authRoutesPrefix?: string;
  /**
   * Whether the module adds the sign-in and sign-out routes. With `false` you write your own, with `LogtoService`. The routes
   * for webhooks and resource metadata are not affected. Default: `true`; with `forRoot`, `false` for an API that only accepts
   * bearer tokens.
   */
  authRoutes?: boolean;
  /**
   * Decorators for all controllers of the module: `[Public()]` if a global guard of yours would block the sign-in,
   * `[UseFilters(YourFilter)]` for your own error pages. Default: none.
   */
  authRoutesDecorators?: ClassDecorator[];
}

/** For `useClass` and `useExisting` of {@link LogtoModule.forRootAsync}. */
export interface LogtoOptionsFactory {
  createLogtoOptions(): LogtoModuleOptions | Promise<LogtoModuleOptions>;
}

/** Options of {@link LogtoModule.forRootAsync}: how to create the module's options, and the extras. */
export type LogtoModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  LogtoModuleOptions,
  'createLogtoOptions'
> &
  LogtoModuleExtras;
