/** A user of the emulated tenant. */
export interface EmulatorUser {
  /** Logto's user id, the `sub` claim. Default: twelve characters derived from `username`, the same at every start. */
  id?: string;
  /** What is typed on the sign-in page; a user is also found by `primaryEmail` and `primaryPhone`. */
  username: string;
  /** Without one the user signs in by one click only. */
  password?: string;
  /** Claim `name`. Default: null, as Logto sends it. */
  name?: string | null;
  /** Claim `email`. Default: null. `email_verified` is whether there is one. */
  primaryEmail?: string | null;
  /** Claim `phone_number`. Default: null. */
  primaryPhone?: string | null;
  /** Claim `picture`, a URL. Default: null. */
  avatar?: string | null;
  /** Claim `custom_data`. Default: `{}`. */
  customData?: Record<string, unknown>;
  /** The further profile claims; those that are left out are absent from the tokens. */
  profile?: EmulatorUserProfile;
  /** Linked social accounts by target: `{ google: { userId: '…' } }`. Default: `{}`. */
  identities?: Record<string, { userId: string; details?: Record<string, unknown> }>;
  /** Names of tenant roles. Default: none. */
  roles?: string[];
  /** Memberships, with names of organization roles. Default: none. */
  organizations?: { id: string; roles?: string[] }[];
  /** A suspended user cannot sign in. Default: false. */
  isSuspended?: boolean;
}

/** Profile claims in Logto's spelling: `familyName` becomes claim `family_name`, and so on. */
export interface EmulatorUserProfile {
  familyName?: string;
  givenName?: string;
  middleName?: string;
  nickname?: string;
  preferredUsername?: string;
  profile?: string;
  website?: string;
  gender?: string;
  birthdate?: string;
  zoneinfo?: string;
  locale?: string;
  address?: Record<string, string>;
}

/** The kinds of application that Logto knows. */
export type EmulatorApplicationType = 'Traditional' | 'SPA' | 'Native' | 'MachineToMachine';

/** An application that is registered with the emulated tenant. */
export interface EmulatorApplication {
  /** The client id. */
  id: string;
  /** The client secret: for `Traditional` and `MachineToMachine` only. */
  secret?: string;
  /** Shown on the sign-in page. Default: the id. */
  name?: string;
  /** Default: `Traditional` with a secret, `SPA` without. */
  type?: EmulatorApplicationType;
  /** Compared exactly, as Logto does. Left out, any loopback URL passes: for tests whose port is not known yet. */
  redirectUris?: string[];
  /** Compared exactly. Left out, any loopback URL passes. */
  postLogoutRedirectUris?: string[];
  /** Where a logout token is sent at end session. */
  backchannelLogoutUri?: string;
  /** Whether ID tokens and logout tokens carry `sid`. Default: false. */
  backchannelLogoutSessionRequired?: boolean;
  /** A refresh token even without `offline_access`. Default: false. */
  alwaysIssueRefreshToken?: boolean;
  /** Default: true. */
  rotateRefreshToken?: boolean;
  /** Default: 14 days. */
  refreshTokenTtlInDays?: number;
  /** Whether it may impersonate users by token exchange. Default: false. */
  allowTokenExchange?: boolean;
  /** A third-party application asks the person for consent on a page. Default: false. */
  isThirdParty?: boolean;
  /** Further origins that may call the token and userinfo endpoints from a browser. */
  corsAllowedOrigins?: string[];
  /** Machine-to-machine only: names of tenant roles. */
  roles?: string[];
  /** Machine-to-machine only: the organizations it belongs to, with names of organization roles. */
  organizations?: { id: string; roles?: string[] }[];
}

/** An API resource. */
export interface EmulatorResource {
  /** The audience of its access tokens, an absolute URI. */
  indicator: string;
  /** The permissions that roles may give on it. */
  scopes?: string[];
  /** Lifetime of its access tokens in seconds. Default: `ttl.accessToken`. */
  accessTokenTtl?: number;
}

/** A permission on an API resource. */
export interface EmulatorResourceScope {
  /** The indicator of the resource. */
  resource: string;
  /** The name of the scope. */
  name: string;
}

/** A tenant role, for users and for machine-to-machine applications alike. */
export interface EmulatorRole {
  /** What the `roles` claim shows. */
  name: string;
  /** The permissions it gives. */
  scopes?: EmulatorResourceScope[];
}

/** What all organizations of the tenant have in common. */
export interface EmulatorOrganizationTemplate {
  /** Organization permissions. */
  scopes?: string[];
  /** Organization roles. */
  roles?: {
    /** What the `organization_roles` claim shows after the organization's id. */
    name: string;
    /** Organization permissions it gives. */
    scopes?: string[];
    /** Permissions on API resources it gives within the organization. */
    resourceScopes?: EmulatorResourceScope[];
  }[];
}

/** An organization. */
export interface EmulatorOrganization {
  id: string;
  name: string;
  /** Default: null. */
  description?: string | null;
  customData?: Record<string, unknown>;
}

/** A webhook: what the controls do to users is sent to it as Logto would. */
export interface EmulatorWebhook {
  /** The hook's id, sent as `hookId`. Default: `hook_1`, `hook_2`, … */
  id?: string;
  url: string;
  /** The events it wants. Default: all. */
  events?: string[];
  /** The key of the `logto-signature-sha-256` header. Default: {@link LogtoEmulator.webhookSigningKey}. */
  signingKey?: string;
}

/** Which claims the tenant puts into ID tokens; userinfo has them in any case. */
export interface EmulatorIdTokenClaims {
  /** Default: true. */
  roles?: boolean;
  /** Default: true. */
  organizations?: boolean;
  /** Default: true. */
  organizationRoles?: boolean;
  /** Default: false. */
  customData?: boolean;
  /** Default: false. */
  identities?: boolean;
}

/** Lifetimes in seconds. */
export interface EmulatorLifetimes {
  /** Default: 3600. A resource's `accessTokenTtl` goes before it. */
  accessToken?: number;
  /** Default: 3600. */
  idToken?: number;
  /** Default: 14 days. An application's `refreshTokenTtlInDays` goes before it. */
  refreshToken?: number;
  /** The browser session at the emulator. Default: 14 days. */
  session?: number;
  /** The grant behind the refresh tokens. Default: 180 days. */
  grant?: number;
}

/** What {@link startLogtoEmulator} takes; everything has a default. */
export interface LogtoEmulatorOptions {
  /** Default: 3001, as Logto's; 0 takes any free port. */
  port?: number;
  /** The address to listen on. Default: loopback only, IPv4 and IPv6. */
  host?: string;
  /** The address that browsers and applications use, where a proxy or a container makes it another. Default: `http://localhost:<port>`, or `host` if that is one address. */
  endpoint?: string;
  users?: EmulatorUser[];
  applications?: EmulatorApplication[];
  resources?: EmulatorResource[];
  roles?: EmulatorRole[];
  organizationTemplate?: EmulatorOrganizationTemplate;
  organizations?: EmulatorOrganization[];
  webhooks?: EmulatorWebhook[];
  /** The tenant's switches for ID token claims. */
  idTokenClaims?: EmulatorIdTokenClaims;
  /** Default: `ES384`, as a new Logto tenant. */
  signingAlgorithm?: 'ES384' | 'RS256';
  /** Lifetimes in seconds. */
  ttl?: EmulatorLifetimes;
  /**
   * Whether the sign-ins of one browser that are under way share one interaction, as at Logto: whichever page is
   * submitted finishes the newest, and the others are answered with `session.not_found`. With `false` each goes its
   * own way. Default: true.
   */
  sharedInteraction?: boolean;
  /** How long a rotated refresh token goes on working, in seconds. Default: 3, as Logto; 0 gives no leeway. */
  refreshTokenReuseInterval?: number;
  /** `logto`: at 70 % of a token's life, for public clients at every use. `every-use` and `off` apply to all clients. Default: `logto`. */
  rotation?: 'logto' | 'every-use' | 'off';
  /** Makes the emulator's own requests: back-channel logouts and webhooks. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Told what happens, one line each. Default: silence. */
  log?: (line: string) => void;
  /** The emulator refuses to start with `NODE_ENV=production` unless this is true. Default: false. */
  allowProduction?: boolean;
}
