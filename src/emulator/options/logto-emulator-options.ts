import type {
  EmulatorApplication,
  EmulatorOrganization,
  EmulatorOrganizationTemplate,
  EmulatorResource,
  EmulatorRole,
  EmulatorUser,
  EmulatorWebhook,
} from './tenant-options.js';

/** Which claims the tenant puts into ID tokens. Userinfo has them in any case. */
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

/** What {@link startLogtoEmulator} takes. Everything has a default. */
export interface LogtoEmulatorOptions {
  /** Where editors find the JSON schema of these options. The emulator does not read it. */
  $schema?: string;
  /** The port to listen on. 0 takes any free port. Default: 3001, as Logto's. */
  port?: number;
  /** The address to listen on. Default: loopback only, IPv4 and IPv6. */
  host?: string;
  /**
   * The address that browsers and applications use, where it differs because of a proxy or a container. Default:
   * `http://localhost:<port>`, or `host` if that is one address.
   */
  endpoint?: string;
  /** Who can sign in. Default: none; people can sign up. */
  users?: EmulatorUser[];
  /** The registered applications. Default: none. */
  applications?: EmulatorApplication[];
  /** API resources. Default: none. */
  resources?: EmulatorResource[];
  /** Tenant roles. Default: none. */
  roles?: EmulatorRole[];
  /** Permissions and roles that all organizations have. */
  organizationTemplate?: EmulatorOrganizationTemplate;
  /** Organizations. Default: none. */
  organizations?: EmulatorOrganization[];
  /** Webhooks. Default: none. */
  webhooks?: EmulatorWebhook[];
  /** Which claims the tenant puts into ID tokens. */
  idTokenClaims?: EmulatorIdTokenClaims;
  /** How tokens are signed. Default: `ES384`, as a new Logto tenant. */
  signingAlgorithm?: 'ES384' | 'RS256';
  /** Lifetimes in seconds. */
  ttl?: EmulatorLifetimes;
  /**
   * Whether the sign-ins of one browser share one interaction, as at Logto: whichever page is submitted finishes the
   * newest sign-in, and the others end at `session.not_found`. With `false` each finishes its own. Default: true.
   */
  sharedInteraction?: boolean;
  /** How long a rotated refresh token goes on working, in seconds. Default: 3, as Logto; 0 gives no leeway. */
  refreshTokenReuseInterval?: number;
  /**
   * When refresh tokens are rotated. `logto`: at 70 % of a token's life, for public clients at every use. `every-use`
   * and `off` apply to all clients. Default: `logto`.
   */
  rotation?: 'logto' | 'every-use' | 'off';
  /** Makes the emulator's own requests: back-channel logouts and webhooks. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Called with each line of the emulator's log. Default: no log. */
  log?: (line: string) => void;
  /** The emulator refuses to start with `NODE_ENV=production` unless this is true. Default: false. */
  allowProduction?: boolean;
}
