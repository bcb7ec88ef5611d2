import type { SessionOptions } from 'express-session';
import type { LogtoResourceMetadataOptions } from './logto-api-options.js';
import type {
  LogtoLock,
  LogtoModuleOptions,
  UnauthenticatedBehavior,
  LogtoLifetimeOptions,
} from './logto-module-options.js';
import type { SignInOptions } from './sign-in-options.js';
import type { Prompt } from './logto-constants.js';
import type { GetContextParameters } from './get-context-parameters.js';

/** How this app identifies itself to Logto. */
export interface ResolvedCredentials {
  readonly appId: string;
  readonly appSecret: string | undefined;
}

/** Options of the sign-in. An app that only accepts bearer tokens has none. */
export interface ResolvedClientOptions extends ResolvedCredentials {
  readonly baseUrl: string;
  /** The first encrypts the sign-in cookies; all decrypt them. */
  readonly cookieSecrets: readonly string[];
}

/** What `LogtoApiGuard` accepts. */
export interface ResolvedApiOptions {
  /** The API resources that a token may be issued for: at least one. */
  readonly audiences: readonly string[];
  /** The cache of verified tokens. `undefined` for none. */
  readonly cache: { readonly max: number } | undefined;
  /** The clients whose opaque tokens are accepted. */
  readonly introspectionClients: readonly string[];
  /** `undefined` without protected resource metadata. */
  readonly metadata: LogtoResourceMetadataOptions | undefined;
}

/** Where webhooks arrive, and what they do. */
export interface ResolvedWebhookOptions {
  readonly signingKeys: readonly string[];
  /** Without slashes at its ends. */
  readonly path: string;
  readonly endSessions: boolean;
}

/** The keys of the token records in the session store. */
export interface ResolvedEncryptionOptions {
  /** The first encrypts, unless `decryptOnly` is set; each decrypts. */
  readonly keys: readonly string[];
  readonly decryptOnly: boolean;
}

/** The module's options with every default filled in. A class, so that Nest can inject it by its type. */
export abstract class ResolvedLogtoOptions {
  /** Without trailing slash. */
  abstract readonly endpoint: string;
  abstract readonly issuer: string;
  /** `undefined` in an app that only accepts bearer tokens. */
  abstract readonly client: ResolvedClientOptions | undefined;
  /** `undefined` without an `appId`. */
  abstract readonly credentials: ResolvedCredentials | undefined;
  abstract readonly scopes: readonly string[];
  abstract readonly resources: readonly string[];
  abstract readonly prompt: readonly Prompt[];
  abstract readonly signInOptions: SignInOptions;
  abstract readonly context: GetContextParameters;
  /** Whether the module adds the routes of sign-in and sign-out. */
  abstract readonly authRoutes: boolean;
  abstract readonly authRoutesPrefix: string;
  abstract readonly postSignInRedirectUri: string;
  abstract readonly postSignOutRedirectUri: string;
  abstract readonly unauthenticated: UnauthenticatedBehavior;
  abstract readonly session: SessionOptions | undefined;
  abstract readonly lifetime: LogtoLifetimeOptions;
  /** Milliseconds, or `false`. */
  abstract readonly revalidateAfter: number | false;
  /** Milliseconds. */
  abstract readonly userInfoTtl: number;
  abstract readonly allowedOrigins: readonly string[];
  abstract readonly lock: LogtoLock | undefined;
  abstract readonly sessionClaims: readonly string[];
  /** `undefined` if tokens are stored in plain text. */
  abstract readonly encryption: ResolvedEncryptionOptions | undefined;
  /** Milliseconds. */
  abstract readonly hookTimeout: number;
  abstract readonly machineToMachine: NonNullable<LogtoModuleOptions['machineToMachine']> | undefined;
  abstract readonly management: {
    /** The resource indicator of the Management API. */
    readonly resource: string;
  };
  abstract readonly downstream: readonly string[];
  abstract readonly http: {
    /** Milliseconds. */
    readonly timeout: number;
    /** Seconds. */
    readonly clockTolerance: number;
    readonly fetch: typeof fetch;
    readonly internalOrigin: string | undefined;
  };
  /** `undefined` if the app accepts no bearer tokens. */
  abstract readonly api: ResolvedApiOptions | undefined;
  /** `undefined` if the app receives no webhooks. */
  abstract readonly webhooks: ResolvedWebhookOptions | undefined;
  abstract readonly allowUnenforcedRequirements: boolean;
  /** Logged once, at startup. */
  abstract readonly warnings: readonly string[];
  abstract readonly insecureRequests: boolean;
}
