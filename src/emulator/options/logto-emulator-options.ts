import type { SigningAlgorithm } from '../tenant/key-rotation.js';
import type {
  EmulatorApplication,
  EmulatorOrganization,
  EmulatorOrganizationTemplate,
  EmulatorResource,
  EmulatorRole,
  EmulatorUser,
  EmulatorWebhook,
} from './tenant-options.js';

/** Which claims ID tokens contain. Userinfo always has them. */
export interface EmulatorIdTokenClaims {
  /** Claim `roles`. Default: true. */
  roles?: boolean;
  /** Claim `organizations`. Default: true. */
  organizations?: boolean;
  /** Claim `organization_roles`. Default: true. */
  organizationRoles?: boolean;
  /** Claim `custom_data`. Default: false. */
  customData?: boolean;
  /** Claims `identities` and `sso_identities`. Default: false. */
  identities?: boolean;
}

/** Lifetimes in seconds. */
export interface EmulatorLifetimes {
  /** Access tokens. A resource's `accessTokenTtl` takes precedence. Default: 3600. */
  accessToken?: number;
  /** ID tokens. Default: 3600. */
  idToken?: number;
  /** Refresh tokens. An application's `refreshTokenTtlInDays` takes precedence. Default: 14 days. */
  refreshToken?: number;
  /** The browser session at the emulator. Default: 14 days. */
  session?: number;
  /** The grant behind the refresh tokens. Default: 180 days. */
  grant?: number;
}

/** Options of {@link startLogtoEmulator}. All have defaults. */
export interface LogtoEmulatorOptions {
  /** The JSON schema of these options, for editors. The emulator ignores it. */
  $schema?: string;
  /** The port to listen on; 0 for any free port. Default: 3001, the same as Logto's. */
  port?: number;
  /** The address to listen on. Default: loopback only, IPv4 and IPv6. */
  host?: string;
  /**
   * The URL that browsers and applications use, if it differs because of a proxy or a container. Default:
   * `http://localhost:<port>`, or `http://<host>:<port>` for a `host` other than `localhost`, `127.0.0.1`, `0.0.0.0` and
   * `::`.
   */
  endpoint?: string;
  /** The users who can sign in. Default: none. Users can sign up. */
  users?: EmulatorUser[];
  /** The registered applications. Default: none. */
  applications?: EmulatorApplication[];
  /** API resources. Default: none. */
  resources?: EmulatorResource[];
  /** Tenant roles. Default: none. */
  roles?: EmulatorRole[];
  /** The permissions and roles of all organizations. Default: none. */
  organizationTemplate?: EmulatorOrganizationTemplate;
  /** Organizations. Default: none. */
  organizations?: EmulatorOrganization[];
  /** Webhooks. Default: none. */
  webhooks?: EmulatorWebhook[];
  /**
   * Whether a client id may be the URL of a client ID metadata document, which the emulator fetches: `https:`, or `http:`
   * on this machine. The user has to consent on a page. Default: false, as in Logto.
   */
  clientIdMetadataDocuments?: boolean;
  /** Which claims ID tokens contain. */
  idTokenClaims?: EmulatorIdTokenClaims;
  /** The algorithm that signs tokens. Default: `ES384`, as in a new Logto tenant. */
  signingAlgorithm?: SigningAlgorithm;
  /**
   * Whether step-up authentication is supported, as in Logto since 1.46: `acr_values` may ask for a second factor, and ID
   * tokens and access tokens have `acr`, `amr` and `auth_time`. With `false`, `acr_values` is ignored. Default: true.
   */
  stepUp?: boolean;
  /** Lifetimes in seconds. */
  ttl?: EmulatorLifetimes;
  /**
   * Whether all sign-ins of a browser share one interaction, as in Logto: the page that is submitted finishes the
   * newest sign-in, and the others fail with `session.not_found`. With `false` each page finishes its own sign-in.
   * Default: true.
   */
  sharedInteraction?: boolean;
  /** How long a rotated refresh token still works, in seconds. Default: 3, as in Logto. */
  refreshTokenReuseInterval?: number;
  /**
   * When refresh tokens are rotated. `logto`: those of public clients at every use, others after 70 % of their lifetime,
   * and never if the lifetime is a year or more. `every-use`: at every use. `off`: never. `rotateRefreshToken: false` of an
   * application takes precedence. Default: `logto`.
   */
  rotation?: 'logto' | 'every-use' | 'off';
  /**
   * Sends the emulator's own requests: back-channel logouts, webhooks, and those for client ID metadata documents.
   * Default: the global `fetch`.
   */
  fetch?: typeof globalThis.fetch;
  /** Called with each line of the emulator's log. Default: none. */
  log?: (line: string) => void;
  /** Allows the emulator to start with `NODE_ENV=production`. Default: false. */
  allowProduction?: boolean;
}
