import type { CookieJar } from './browser/cookie-jar.js';
import type { EmulatorSignInOptions, EmulatorSignUpOptions } from './browser/sign-in-forms.js';
import type { EmulatedUser } from './emulated-user.js';
import type { EmulatorEndpoint } from './http/emulator-endpoint.js';
import type { EmulatorFault } from './http/fault-queue.js';
import type { RecordedRequest } from './http/request-log.js';
import type { EmulatorApplication, EmulatorUser } from './options/tenant-options.js';
import type { KeyRotation } from './tenant/key-rotation.js';

/** A running emulator with the controls for tests. */
export interface LogtoEmulator {
  /** The `endpoint` for `LogtoModule.forRoot`. */
  readonly endpoint: string;
  /** `<endpoint>/oidc`. */
  readonly issuer: string;
  /** The port on which the emulator listens. */
  readonly port: number;
  /** A machine-to-machine application with access to the Management API, for the option of the same name. */
  readonly machineToMachine: { appId: string; appSecret: string };
  /** Signs webhooks without a key of their own. */
  readonly webhookSigningKey: string;

  /** Stops the emulator. Its state is lost. */
  close(): Promise<void>;
  /** Stops listening and closes open connections, as if Logto went down. The state is kept. */
  pause(): Promise<void>;
  /**
   * Listens again on the same port.
   *
   * @throws {@link LogtoEmulatorError} `port_in_use` if another process listens on it
   */
  resume(): Promise<void>;

  /**
   * Opens an authorization URL, and goes through the sign-in pages to the application's callback.
   *
   * @returns the callback's URL, which has not been called yet
   * @throws {@link LogtoEmulatorError} `not_found` if there is no such user; `interaction_failed`, with the message of the
   * page at which it stopped
   */
  signIn(authorizationUrl: string | URL, options: EmulatorSignInOptions): Promise<URL>;
  /**
   * Opens an authorization URL, creates an account on the sign-up page, and goes on to the application's callback.
   *
   * @returns the callback's URL, which has not been called yet
   * @throws {@link LogtoEmulatorError} `interaction_failed`, with the message of the page at which it stopped
   */
  signUp(authorizationUrl: string | URL, options: EmulatorSignUpOptions): Promise<URL>;
  /**
   * Opens an end session URL, and goes through the sign-out page.
   *
   * @returns the URL that the emulator redirects to, or that of its own signed-out page
   * @throws {@link LogtoEmulatorError} `interaction_failed`, with the message of the page at which it stopped
   */
  signOut(endSessionUrl: string | URL, options: { cookies: CookieJar }): Promise<URL>;

  /** The received requests, newest last. */
  requests(endpoint?: EmulatorEndpoint): RecordedRequest[];
  /** The number of requests to an endpoint since the start or the last {@link LogtoEmulator.resetRequests}. */
  countRequests(endpoint: EmulatorEndpoint): number;
  /** Clears the recorded requests. */
  resetRequests(): void;
  /**
   * Makes the next responses of an endpoint fail, stall or change. Faults apply in the order in which they were added.
   *
   * @param fault - Default: one response with status 500.
   */
  failNext(endpoint: EmulatorEndpoint, fault?: EmulatorFault): void;
  /** Removes the pending faults. */
  clearFaults(): void;

  /**
   * Finds a user by id, username, e-mail address or phone number, as all methods with `idOrUsername` do.
   *
   * @throws {@link LogtoEmulatorError} `not_found`
   */
  getUser(idOrUsername: string): EmulatedUser;
  /**
   * Adds a user, as an administrator would.
   *
   * @throws {@link LogtoEmulatorError} `invalid_options`
   */
  addUser(user: EmulatorUser): EmulatedUser;
  /**
   * Changes a user. The next refresh and userinfo response contain the change.
   *
   * @throws {@link LogtoEmulatorError} `not_found`; `invalid_options`
   */
  updateUser(idOrUsername: string, patch: Partial<EmulatorUser>): EmulatedUser;
  /**
   * Suspends a user and ends all sessions and grants.
   *
   * @throws {@link LogtoEmulatorError} `not_found`
   */
  suspendUser(idOrUsername: string): void;
  /**
   * Allows a suspended user to sign in again.
   *
   * @throws {@link LogtoEmulatorError} `not_found`
   */
  restoreUser(idOrUsername: string): void;
  /**
   * Deletes a user with all sessions and grants.
   *
   * @throws {@link LogtoEmulatorError} `not_found`
   */
  deleteUser(idOrUsername: string): void;
  /**
   * Adds an application, or replaces the one with the same id.
   *
   * @throws {@link LogtoEmulatorError} `invalid_options`
   */
  setApplication(application: EmulatorApplication): void;

  /** Replaces the signing key. The previous one still verifies tokens unless `keepPrevious` is false. */
  rotateSigningKeys(options?: KeyRotation): Promise<void>;
  /**
   * Makes sessions, grants, codes, refresh tokens and opaque access tokens `seconds` older. Signed tokens contain
   * their own times and do not change.
   */
  passTime(seconds: number): void;
  /** Expires opaque access tokens, of one user or of all. Signed ones cannot be expired. */
  expireAccessTokens(idOrUsername?: string): void;
  /** Expires refresh tokens, of one user or of all. */
  expireRefreshTokens(idOrUsername?: string): void;
  /** Ends browser sessions at the emulator, of one user or of all, without notifying applications. */
  expireSessions(idOrUsername?: string): void;
  /** Revokes the grants of one user or of all, with all their tokens. */
  revokeGrants(idOrUsername?: string): void;

  /**
   * Sends a signed webhook with up to three retries, as Logto does.
   *
   * @param data - The member `data` of the body. Default: `{}`.
   * @param options - `signingKey`, by default {@link LogtoEmulator.webhookSigningKey}, and `hookId`, by default `hook_1`.
   * @throws {@link LogtoEmulatorError} `webhook_failed` if no attempt gets a 2xx response
   */
  emitWebhook(
    url: string,
    event: string,
    data?: Record<string, unknown>,
    options?: { signingKey?: string; hookId?: string },
  ): Promise<void>;
  /**
   * Creates a token for a magic link. Send it as `one_time_token`, with the same e-mail address as `login_hint`.
   *
   * @param options - `expiresIn` is in seconds. Default: 600.
   */
  createOneTimeToken(email: string, options?: { expiresIn?: number }): string;
  /**
   * Creates a subject token for token exchange, as the Management API does. It expires after 10 minutes.
   *
   * @throws {@link LogtoEmulatorError} `not_found`
   */
  createSubjectToken(idOrUsername: string): string;
}
