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
import type { GetContextParameters } from '../user/logto-context.js';

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

/** The options with every default filled in, as the rest of the code reads them. */
export interface ResolvedLogtoOptions {
  /** Without trailing slash. */
  readonly endpoint: string;
  readonly issuer: string;
  /** `undefined` for an API that only takes bearer tokens. */
  readonly client: ResolvedClientOptions | undefined;
  /** `undefined` for an API that needs no introspection. */
  readonly credentials: ResolvedCredentials | undefined;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly prompt: readonly Prompt[];
  readonly signInOptions: SignInOptions;
  readonly context: GetContextParameters;
  readonly authRoutesPrefix: string;
  readonly postSignInRedirectUri: string;
  readonly postSignOutRedirectUri: string;
  readonly unauthenticated: UnauthenticatedBehaviour;
  readonly session: SessionOptions | undefined;
  readonly lifetime: LogtoLifetimeOptions;
  /** Milliseconds, or `false`. */
  readonly revalidateAfter: number | false;
  /** Milliseconds. */
  readonly userInfoTtl: number;
  readonly allowedOrigins: readonly string[];
  readonly lock: LogtoLock | undefined;
  readonly machineToMachine: NonNullable<LogtoModuleOptions['machineToMachine']> | undefined;
  readonly http: {
    /** Milliseconds. */
    readonly timeout: number;
    /** Seconds. */
    readonly clockTolerance: number;
    readonly fetch: typeof fetch;
    readonly internalOrigin: string | undefined;
  };
  readonly api: LogtoApiOptions | undefined;
  readonly allowUnenforcedRequirements: boolean;
  /** What is to be said once, at start. */
  readonly remarks: readonly string[];
  readonly insecureRequests: boolean;
}
