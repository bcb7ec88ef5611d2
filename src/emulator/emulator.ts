import type { CookieJar } from './browser/cookie-jar.js';
import type { EmulatorEndpoint } from './http/emulator-endpoint.js';
import type { EmulatorFault } from './http/fault-queue.js';
import type { RecordedRequest } from './http/request-log.js';
import type { EmulatorApplication, EmulatorUser } from './options/tenant-options.js';

/** How {@link LogtoEmulator.signIn} gets through the pages. */
export interface SignInWalk {
  /** Id, username, e-mail address or phone number of the user. */
  username: string;
  /** Left out, the user is clicked on rather than typed. */
  password?: string;
  /** A jar to use, and to leave the session in. Default: a new one. */
  cookies?: CookieJar;
  /** What to say on the consent page of a third-party application. Default: `authorize`. */
  consent?: 'authorize' | 'cancel';
}

/** How {@link LogtoEmulator.signUp} gets through the pages; what the page asks for must be there. */
export interface SignUpWalk {
  username?: string;
  email?: string;
  phone?: string;
  password: string;
  name?: string;
  /** A jar to use, and to leave the session in. Default: a new one. */
  cookies?: CookieJar;
  /** What to say on the consent page of a third-party application. Default: `authorize`. */
  consent?: 'authorize' | 'cancel';
}

/** A user as it is at the moment; a copy, changed by {@link LogtoEmulator.updateUser} only. */
export interface EmulatedUser extends Required<Omit<EmulatorUser, 'password' | 'organizations'>> {
  organizations: { id: string; roles: string[] }[];
  /** Milliseconds, as all of Logto's own times. */
  createdAt: number;
  updatedAt: number;
  lastSignInAt: number | null;
}

/** A running emulator: where it is, and the controls for tests. */
export interface LogtoEmulator {
  /** What `LogtoModule.forRoot` takes as `endpoint`. */
  readonly endpoint: string;
  /** `<endpoint>/oidc`. */
  readonly issuer: string;
  readonly port: number;
  /** Signs webhooks that have no key of their own. */
  readonly webhookSigningKey: string;

  /** Stops, and forgets everything. */
  close(): Promise<void>;
  /** Stops listening and cuts open connections, as if Logto went down; what it knows is kept. */
  pause(): Promise<void>;
  /** Listens again on the same port. */
  resume(): Promise<void>;

  /**
   * Walks from an authorization URL through the pages to the application's callback, and gives the
   * callback's URL without calling it.
   *
   * @throws {@link LogtoEmulatorError} `walk_failed` when a page refuses, with what it says.
   */
  signIn(authorizationUrl: string | URL, walk: SignInWalk): Promise<URL>;
  /** Walks as {@link LogtoEmulator.signIn} does, but creates the account on the sign-up page. */
  signUp(authorizationUrl: string | URL, walk: SignUpWalk): Promise<URL>;
  /** Walks from an end session URL to where the emulator sends the browser; on the emulator itself when nowhere. */
  signOut(endSessionUrl: string | URL, walk: { cookies: CookieJar }): Promise<URL>;

  /** The requests so far, newest last. */
  requests(endpoint?: EmulatorEndpoint): RecordedRequest[];
  /** How many requests an endpoint has had since the start or the last reset. */
  countRequests(endpoint: EmulatorEndpoint): number;
  /** Forgets the requests so far. */
  resetRequests(): void;
  /** Makes an endpoint's next answers fail, stall or come back wrong. Several wait in line. */
  failNext(endpoint: EmulatorEndpoint, fault?: EmulatorFault): void;
  /** Forgets the faults that have not happened yet. */
  clearFaults(): void;

  /** A user by id, username, e-mail address or phone number. */
  getUser(idOrUsername: string): EmulatedUser;
  /** Adds a user, as an administrator would. */
  addUser(user: EmulatorUser): EmulatedUser;
  /** Changes a user; the next refresh or userinfo shows it. */
  updateUser(idOrUsername: string, patch: Partial<EmulatorUser>): EmulatedUser;
  /** Suspends a user: sessions and grants are gone for good. */
  suspendUser(idOrUsername: string): void;
  /** Lets a suspended user sign in again. */
  restoreUser(idOrUsername: string): void;
  /** Deletes a user with sessions and grants. */
  deleteUser(idOrUsername: string): void;
  /** Adds an application, or replaces the one of the same id. */
  setApplication(application: EmulatorApplication): void;

  /** Replaces the signing key; the one before goes on verifying unless `keepPrevious` is false. */
  rotateSigningKeys(options?: { algorithm?: 'ES384' | 'RS256'; keepPrevious?: boolean }): Promise<void>;
  /**
   * Makes sessions, grants, codes and opaque and refresh tokens older by `seconds`, as if that time
   * had passed. Signed tokens carry their own times and are what they were.
   */
  passTime(seconds: number): void;
  /** Opaque access tokens stop working at userinfo; signed ones cannot be taken back. */
  expireAccessTokens(idOrUsername?: string): void;
  /** Refresh tokens stop working. */
  expireRefreshTokens(idOrUsername?: string): void;
  /** Browser sessions at the emulator end, without a word to any application. */
  expireSessions(idOrUsername?: string): void;
  /** Ends all grants of a user, or of everybody, with every token under them. */
  revokeGrants(idOrUsername?: string): void;

  /**
   * Sends a webhook as Logto does, signed, with up to three retries.
   *
   * @throws {@link LogtoEmulatorError} `webhook_failed` when no attempt is answered with 2xx.
   */
  emitWebhook(
    url: string,
    event: string,
    data?: Record<string, unknown>,
    options?: { signingKey?: string; hookId?: string },
  ): Promise<void>;
  /** A one-time token for a magic link: send it as `one_time_token` with the same address as `login_hint`. */
  createOneTimeToken(email: string, options?: { expiresIn?: number }): string;
  /** A subject token for token exchange, as the Management API gives it to a backend. Lives for 10 minutes. */
  createSubjectToken(idOrUsername: string): string;
}
