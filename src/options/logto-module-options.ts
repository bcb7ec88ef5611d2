import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { SessionOptions } from 'express-session';
import type { Prompt } from './logto-constants.js';
import type { GetContextParameters } from './get-context-parameters.js';

/** Parameters of one sign-in, which Logto's sign-in page reads. */
export interface SignInOptions {
  /**
   * The page that the user sees first.
   * @see {@link https://docs.logto.io/end-user-flows/authentication-parameters/first-screen}
   */
  firstScreen?:
    | 'sign_in'
    | 'register'
    | 'reset_password'
    | 'identifier:sign_in'
    | 'identifier:register'
    | 'single_sign_on';
  /** Identifiers that the `identifier:…` screens and `reset_password` accept. */
  identifiers?: ('email' | 'phone' | 'username')[];
  /** Go straight to a social or enterprise connector. */
  directSignIn?: { method: 'social' | 'sso'; target: string };
  /** The user who is probably signing in: an email address, phone number or username. */
  loginHint?: string;
  /**
   * A magic link's token, together with `loginHint`. Only through `LogtoService.signIn`: a link with somebody else's
   * token would sign the visitor in as that person.
   */
  oneTimeToken?: string;
  /** Preferred languages of the pages, space-separated (OpenID Connect Core 3.1.2.1). */
  uiLocales?: string;
  /** The organization whose branding and connectors the page uses. */
  organizationId?: string;
  /** Overrides the module's `prompt` for this sign-in. */
  prompt?: Prompt | Prompt[];
  /** Require a new sign-in if the last one at Logto is older, in seconds (OpenID Connect Core 3.1.2.1). */
  maxAge?: number;
  /** Any other parameters that Logto supports. */
  extraParams?: Record<string, string>;
}

/** A lock that all instances of the app share, for example on Redis. */
export interface LogtoLock {
  /**
   * Runs `fn` while no other caller holds the lock of `key`.
   * @param key what to lock. It contains no secret.
   */
  run<T>(key: string, fn: () => Promise<T>): Promise<T>;
}

/** How this server talks to Logto. */
export interface LogtoHttpOptions {
  /** Longest time that one call may take, in milliseconds. Default: 5000. */
  timeout?: number;
  /** Tolerated difference between Logto's clock and this server's, in seconds. Default: 30. */
  clockTolerance?: number;
  /** Replaces the global `fetch`, for a proxy, an agent or tracing. */
  fetch?: typeof fetch;
  /**
   * Where this server reaches Logto if browsers use another address, as in Docker Compose: `http://logto:3001`. It
   * replaces the origin of the endpoints that discovery returns. The issuer stays.
   */
  internalEndpoint?: string;
}

/** Bearer access tokens: what `LogtoApiGuard` accepts. */
export interface LogtoApiOptions {
  /** The API resource, or resources, that a token must be issued for. */
  audience: string | string[];
  /** The cache of verified tokens: its size, or `false` for none. Default: `{ max: 10_000 }`. */
  cache?: { max: number } | false;
  /** Accept opaque tokens of these clients, by introspection (RFC 7662). Default: opaque tokens are refused. */
  introspection?: { clientIds: string[] };
}

/** Limits to the lifetime of a session, in seconds. */
export interface LogtoLifetimeOptions {
  /** Longest time since the sign-in. */
  absolute?: number;
  /** Longest time between two requests. */
  idle?: number;
}

/** What `LogtoGuard` does with an anonymous request. */
export type UnauthenticatedBehaviour = 'auto' | 'redirect' | 'reject';

/** Options of {@link LogtoModule.forRoot}. They have the same names as in `@logto/express`. */
export interface LogtoModuleOptions extends GetContextParameters {
  /** The Logto endpoint, `https://your-tenant.logto.app`. The issuer is `${endpoint}/oidc`. */
  endpoint: string;
  /** The application's id, from Logto Console > Applications. Leave it out for an API that only accepts bearer tokens. */
  appId?: string;
  /** The application's secret (client_secret_basic). Without it the app is a public client that only uses PKCE. */
  appSecret?: string;
  /**
   * The address of this app as browsers see it. It may have a path: one that a proxy strips, the global prefix, or the
   * path at which another app mounts this one.
   */
  baseUrl?: string;
  /**
   * Seals the sign-in cookies. Default: the session's secret (the first of several seals, and each opens), else
   * `appSecret`.
   */
  cookieSecret?: string;
  /** Scopes to request besides `openid offline_access profile`. Default: none. */
  scopes?: string[];
  /** API resources that you need access tokens for. Default: none. */
  resources?: string[];
  /** Whether to request `openid offline_access profile`. Default: `true`. */
  includeReservedScopes?: boolean;
  /** `prompt` of every sign-in. Without `consent` Logto issues no refresh token. Default: `'consent'`. */
  prompt?: Prompt | Prompt[];
  /** Defaults of every sign-in. Default: none. */
  signInOptions?: SignInOptions;
  /** Where to go after a sign-in without a `returnTo`. Default: `baseUrl`. */
  postSignInRedirectUri?: string;
  /** Where to go after a sign-out. Register it at Logto. Default: `baseUrl`. */
  postSignOutRedirectUri?: string;
  /** What `LogtoGuard` does with an anonymous request: redirect, answer 401, or decide by the kind of request. Default: `'auto'`. */
  unauthenticated?: UnauthenticatedBehaviour;
  /**
   * Options of express-session, which the module mounts. Leave them out if you mount a session yourself.
   * Defaults: `resave: false`, `saveUninitialized: false`, and a cookie that is `httpOnly` and `sameSite: 'lax'`, lives
   * 14 days, and is `secure` if `baseUrl` is https (then also `proxy: true`).
   */
  session?: SessionOptions;
  /** Limits to the lifetime of a session. Default: as long as its cookie. */
  lifetime?: LogtoLifetimeOptions;
  /**
   * How old claims may be, in seconds. Older ones are refreshed before a guard uses them or `LogtoService` returns them,
   * because Logto does not notify you when a user is suspended, deleted or loses a role. On a route without a guard,
   * `req.user` has the known claims, which are refreshed after the response. `false` turns it off. Default: 3600.
   */
  revalidateAfter?: number | false;
  /** How long to cache the response of the userinfo endpoint, in seconds. Default: 0. */
  userInfoTtl?: number;
  /** Other origins that may send unsafe requests with a session, and that `returnTo` may point to. Default: none. */
  allowedOrigins?: string[];
  /** A distributed lock for refreshes and sign-in callbacks. Default: a lock in this process. */
  lock?: LogtoLock;
  /** A machine-to-machine application, for the client credentials grant. A web application may not use it. */
  machineToMachine?: { appId: string; appSecret: string };
  /** How this server talks to Logto. */
  http?: LogtoHttpOptions;
  /** Accept bearer access tokens. */
  api?: LogtoApiOptions;
  /**
   * Start even if no guard of this library enforces a `@RequireRoles()` or similar decorator. Otherwise the app fails to
   * start with `authorization_not_enforced`, because everybody would get access. Default: `false`.
   */
  allowUnenforcedRequirements?: boolean;
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
  /** Whether the module adds its routes. With `false` you write your own, with `LogtoService`. Default: `true`. */
  authRoutes?: boolean;
  /**
   * Decorators for the controller of the routes: `[Public()]` if a global guard of yours would block the sign-in,
   * `[UseFilters(YourFilter)]` for your own error pages.
   */
  authRoutesDecorators?: ClassDecorator[];
}

/** For `useClass` and `useExisting` of {@link LogtoModule.forRootAsync}. */
export interface LogtoOptionsFactory {
  createLogtoOptions(): LogtoModuleOptions | Promise<LogtoModuleOptions>;
}

/** Options of {@link LogtoModule.forRootAsync}: how to make the module's options, and the extras. */
export type LogtoModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  LogtoModuleOptions,
  'createLogtoOptions'
> &
  LogtoModuleExtras;
