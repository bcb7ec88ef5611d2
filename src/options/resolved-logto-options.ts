import type { SessionOptions } from 'express-session';
import type {
  LogtoApiOptions,
  LogtoLock,
  LogtoModuleOptions,
  SignInOptions,
  UnauthenticatedBehaviour,
  LogtoLifetimeOptions,
} from './logto-module-options.js';
import type { Prompt } from './logto-constants.js';
import type { GetContextParameters } from './get-context-parameters.js';

/** How this app identifies itself to Logto. */
export interface ResolvedCredentials {
  readonly appId: string;
  readonly appSecret: string | undefined;
}

/** Options of the sign-in: there unless the module only takes bearer tokens. */
export interface ResolvedClientOptions extends ResolvedCredentials {
  readonly baseUrl: string;
  /** The first seals the sign-in cookies, each opens them. */
  readonly cookieSecrets: readonly string[];
}

/** The options with every default filled in. A class, so that Nest can inject it by its type. */
export abstract class ResolvedLogtoOptions {
  /** Without trailing slash. */
  abstract readonly endpoint: string;
  abstract readonly issuer: string;
  /** `undefined` for an API that only takes bearer tokens. */
  abstract readonly client: ResolvedClientOptions | undefined;
  /** `undefined` for an API that needs no introspection. */
  abstract readonly credentials: ResolvedCredentials | undefined;
  abstract readonly scopes: readonly string[];
  abstract readonly resources: readonly string[];
  abstract readonly prompt: readonly Prompt[];
  abstract readonly signInOptions: SignInOptions;
  abstract readonly context: GetContextParameters;
  /** Whether the module has the routes of sign-in and sign-out itself. */
  abstract readonly authRoutes: boolean;
  abstract readonly authRoutesPrefix: string;
  abstract readonly postSignInRedirectUri: string;
  abstract readonly postSignOutRedirectUri: string;
  abstract readonly unauthenticated: UnauthenticatedBehaviour;
  abstract readonly session: SessionOptions | undefined;
  abstract readonly lifetime: LogtoLifetimeOptions;
  /** Milliseconds, or `false`. */
  abstract readonly revalidateAfter: number | false;
  /** Milliseconds. */
  abstract readonly userInfoTtl: number;
  abstract readonly allowedOrigins: readonly string[];
  abstract readonly lock: LogtoLock | undefined;
  abstract readonly machineToMachine: NonNullable<LogtoModuleOptions['machineToMachine']> | undefined;
  abstract readonly http: {
    /** Milliseconds. */
    readonly timeout: number;
    /** Seconds. */
    readonly clockTolerance: number;
    readonly fetch: typeof fetch;
    readonly internalOrigin: string | undefined;
  };
  abstract readonly api: LogtoApiOptions | undefined;
  abstract readonly allowUnenforcedRequirements: boolean;
  /** What is to be said once, at start. */
  abstract readonly remarks: readonly string[];
  abstract readonly insecureRequests: boolean;
}
