import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { SessionOptions } from 'express-session';
import type { Prompt } from './logto-constants.js';
import type { GetContextParameters } from './get-context-parameters.js';

/** Parameters that shape one sign-in. All are handed to Logto's sign-in page. */
export interface SignInOptions {
  /**
   * Which page the person sees first.
   * @see {@link https://docs.logto.io/end-user-flows/authentication-parameters/first-screen}
   */
  firstScreen?:
    | 'sign_in'
    | 'register'
    | 'reset_password'
    | 'identifier:sign_in'
    | 'identifier:register'
    | 'single_sign_on';
  /** Identifiers that the `identifier:…` screens and `reset_password` offer. */
  identifiers?: ('email' | 'phone' | 'username')[];
  /** Go straight to a social or enterprise connector. */
  directSignIn?: { method: 'social' | 'sso'; target: string };
  /** Who is probably signing in: an email address, phone number or username. */
  loginHint?: string;
  /**
   * A magic link's token, together with `loginHint`. Only through `LogtoService.signIn`: a link that carries
   * somebody else's token would sign the visitor in as that somebody.
   */
  oneTimeToken?: string;
  /** Preferred languages of the pages, space-separated (OpenID Connect Core 3.1.2.1). */
  uiLocales?: string;
  /** The organization whose branding and connectors are used. */
  organizationId?: string;
  /** Overrides the module's `prompt` for this sign-in. */
  prompt?: Prompt | Prompt[];
  /** Sign in anew if the last sign-in at Logto is longer ago, in seconds (OpenID Connect Core 3.1.2.1). */
  maxAge?: number;
  /** Any further parameters that the server understands. */
  extraParams?: Record<string, string>;
}

/** A lock over all instances of the app, for example on Redis. */
export interface LogtoLock {
  /**
   * Runs `fn` while nobody else runs anything under `key`.
   * @param key what to lock; holds no secret
   * @param fn what to run once the lock is held
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
   * Where this server reaches Logto when browsers use another address, as in Docker Compose:
   * `http://logto:3001`. Only the origin of what discovery names is swapped, the issuer stays.
   */
  internalEndpoint?: string;
}

/** Bearer access tokens: what `LogtoApiGuard` accepts. */
export interface LogtoApiOptions {
  /** The API resource (or resources) that a token has to be for. */
  audience: string | string[];
  /** Cache of verified tokens: how many at most, or `false` for none. Default: `{ max: 10_000 }`. */
  cache?: { max: number } | false;
  /** Accept opaque tokens of these clients by introspection (RFC 7662). Default: opaque tokens are refused. */
  introspection?: { clientIds: string[] };
}

/** How long a session lives beside its cookie, in seconds. */
export interface LogtoLifetimeOptions {
  /** Longest time since the sign-in. */
  absolute?: number;
  /** Longest time between two requests. */
  idle?: number;
}

/** What `LogtoGuard` does with a visitor who is not signed in. */
export type UnauthenticatedBehaviour = 'auto' | 'redirect' | 'reject';

/** Options of {@link LogtoModule.forRoot}. Names are those of `@logto/express` where it has one. */
export interface LogtoModuleOptions extends GetContextParameters {
  /** The Logto endpoint, `https://your-tenant.logto.app`. The issuer is `${endpoint}/oidc`. */
  endpoint: string;
  /** The application's id, from Logto Console > Applications. Leave out for an API that only takes bearer tokens. */
  appId?: string;
  /** The application's secret (client_secret_basic). Without it the app is a public client, PKCE alone. */
  appSecret?: string;
  /**
   * This app as browsers see it. May have a path: one that a proxy strips, or the global prefix, or where another app
   * has this one below it.
   */
  baseUrl?: string;
  /**
   * Seals the sign-in cookies. Default: the session's secret (of several the first seals, and each opens), else
   * `appSecret`.
   */
  cookieSecret?: string;
  /** Scopes beside `openid offline_access profile`. Default: none. */
  scopes?: string[];
  /** API resources that access tokens will be asked for. Default: none. */
  resources?: string[];
  /** Whether `openid offline_access profile` are asked for. Default: `true`. */
  includeReservedScopes?: boolean;
  /** `prompt` of every sign-in. Without `consent` Logto gives no refresh token. Default: `'consent'`. */
  prompt?: Prompt | Prompt[];
  /** Defaults of every sign-in. Default: none. */
  signInOptions?: SignInOptions;
  /** Where a sign-in without a `returnTo` ends. Default: `baseUrl`. */
  postSignInRedirectUri?: string;
  /** Where a sign-out ends; has to be registered at Logto. Default: `baseUrl`. */
  postSignOutRedirectUri?: string;
  /** What `LogtoGuard` does: redirect, answer 401, or decide by the kind of request. Default: `'auto'`. */
  unauthenticated?: UnauthenticatedBehaviour;
  /**
   * Options of express-session: the module mounts it. Leave out when the app mounts its own.
   * Defaults: `resave: false`, `saveUninitialized: false`, a cookie that is `httpOnly`, `sameSite: 'lax'`,
   * lives 14 days, and is `secure` when `baseUrl` is https (then `proxy: true`).
   */
  session?: SessionOptions;
  /** How long a session lives beside its cookie. Default: as long as the cookie. */
  lifetime?: LogtoLifetimeOptions;
  /**
   * Claims older than this are refreshed before a guard decides by them or `LogtoService` returns them, in seconds: Logto
   * tells no client when it suspends, deletes or demotes a user. On a route without a guard `req.user` shows what is
   * known, and they are refreshed after the answer. `false` turns it off. Default: 3600.
   */
  revalidateAfter?: number | false;
  /** How long an answer of the userinfo endpoint is kept, in seconds. Default: 0. */
  userInfoTtl?: number;
  /** Origins of front ends elsewhere: for unsafe methods that a session authenticates, and as `returnTo`. */
  allowedOrigins?: string[];
  /** A distributed lock for refreshes and callbacks. Default: one in this process. */
  lock?: LogtoLock;
  /** A machine-to-machine application: a web application may not use client credentials. */
  machineToMachine?: { appId: string; appSecret: string };
  /** How this server talks to Logto. */
  http?: LogtoHttpOptions;
  /** Accept bearer access tokens. */
  api?: LogtoApiOptions;
  /**
   * Start even if no guard of this library enforces a `@RequireRoles()` or similar decorator. Otherwise the start fails
   * with `authorization_not_enforced`, because everybody would get access. Default: `false`.
   */
  allowUnenforcedRequirements?: boolean;
  /** Allow `http:` for other hosts than loopback. Default: `false`. */
  allowInsecureRequests?: boolean;
}

/** Extras of the module: they shape the module itself, and so are given beside `useFactory`. */
export interface LogtoModuleExtras {
  /**
   * Whether other modules see `LogtoService` and the guards without importing the module. With `false` the module
   * that imports it passes it on to those that import that one: `exports: [LogtoModule]`. Default: `true`.
   */
  global?: boolean;
  /** Path of the routes. Default: `'logto'`. */
  authRoutesPrefix?: string;
  /** Whether the module brings its routes; `false`: write your own over `LogtoService`. Default: `true`. */
  authRoutes?: boolean;
  /**
   * Decorators for the routes' controller: `[Public()]` for an app whose own global guard would block sign-in,
   * `[UseFilters(YourFilter)]` for error pages of its own.
   */
  authRoutesDecorators?: ClassDecorator[];
}

/** For `useClass` and `useExisting` of {@link LogtoModule.forRootAsync}. */
export interface LogtoOptionsFactory {
  createLogtoOptions(): LogtoModuleOptions | Promise<LogtoModuleOptions>;
}

/** Options of {@link LogtoModule.forRootAsync}: how the options are made, and the extras of the module beside that. */
export type LogtoModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  LogtoModuleOptions,
  'createLogtoOptions'
> &
  LogtoModuleExtras;
