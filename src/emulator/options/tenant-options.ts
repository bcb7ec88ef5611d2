/** A user of the emulated tenant. */
export interface EmulatorUser {
  /** Claim `sub`. Default: twelve characters derived from `username`, the same at every start. */
  id?: string;
  /** Identifies the user on the sign-in page, like `primaryEmail` and `primaryPhone`. */
  username: string;
  /** The password, in plain text. Default: none; the user can only sign in with one click. */
  password?: string;
  /** Claim `name`. Default: null. */
  name?: string | null;
  /** Claim `email`, always verified. Default: null. */
  primaryEmail?: string | null;
  /** Claim `phone_number`, always verified. Default: null. */
  primaryPhone?: string | null;
  /** Claim `picture`, a URL. Default: null. */
  avatar?: string | null;
  /** Claim `custom_data`. Default: `{}`. */
  customData?: Record<string, unknown>;
  /** More profile claims. Default: none. */
  profile?: EmulatorUserProfile;
  /** Linked social accounts by target: `{ google: { userId: '…' } }`. Default: `{}`. */
  identities?: Record<string, { userId: string; details?: Record<string, unknown> }>;
  /** Names of tenant roles. Default: none. */
  roles?: string[];
  /** Organizations the user is a member of. Default: none. */
  organizations?: EmulatorMembership[];
  /** A suspended user cannot sign in. Default: false. */
  isSuspended?: boolean;
}

/** Profile claims in Logto's spelling, for example `familyName` for the claim `family_name`. */
export interface EmulatorUserProfile {
  /** Claim `family_name`. */
  familyName?: string;
  /** Claim `given_name`. */
  givenName?: string;
  /** Claim `middle_name`. */
  middleName?: string;
  /** Claim `nickname`. */
  nickname?: string;
  /** Claim `preferred_username`. */
  preferredUsername?: string;
  /** Claim `profile`: the URL of the profile page. */
  profile?: string;
  /** Claim `website`. */
  website?: string;
  /** Claim `gender`. */
  gender?: string;
  /** Claim `birthdate`, for example `1815-12-10`. */
  birthdate?: string;
  /** Claim `zoneinfo`, for example `Europe/London`. */
  zoneinfo?: string;
  /** Claim `locale`, for example `en-GB`. */
  locale?: string;
  /** Claim `address`. */
  address?: Record<string, string>;
}

/** A membership of an organization. */
export interface EmulatorMembership {
  /** The id of the organization. */
  id: string;
  /** Names of organization roles. Default: none. */
  roles?: string[];
}

/** Logto's application types. */
export type EmulatorApplicationType = 'Traditional' | 'SPA' | 'Native' | 'MachineToMachine';

/** An application of the emulated tenant. */
export interface EmulatorApplication {
  /** The client id. */
  id: string;
  /** The client secret, for `Traditional` and `MachineToMachine` only. */
  secret?: string;
  /** Shown on the sign-in page. Default: the id. */
  name?: string;
  /** The application type. Default: `Traditional` with a secret, `SPA` without. */
  type?: EmulatorApplicationType;
  /** The redirect URIs, compared exactly, as in Logto. Default: any loopback URL, for tests that use a free port. */
  redirectUris?: string[];
  /** The post sign-out redirect URIs, compared exactly, as in Logto. Default: any loopback URL. */
  postLogoutRedirectUris?: string[];
  /** Receives a logout token when the browser's session at the emulator ends. */
  backchannelLogoutUri?: string;
  /** Whether ID tokens and logout tokens carry `sid`. Default: false. */
  backchannelLogoutSessionRequired?: boolean;
  /** Whether refresh tokens are issued without `offline_access`. Default: false. */
  alwaysIssueRefreshToken?: boolean;
  /** Whether refresh tokens are rotated. Default: true. */
  rotateRefreshToken?: boolean;
  /** Lifetime of refresh tokens in days. Default: 14. */
  refreshTokenTtlInDays?: number;
  /** Whether the application may impersonate users by token exchange. Default: false. */
  allowTokenExchange?: boolean;
  /** Whether the user has to consent on a page. Default: false. */
  isThirdParty?: boolean;
  /** More origins that may call the token and userinfo endpoints from a browser. Default: none. */
  corsAllowedOrigins?: string[];
  /** Machine-to-machine only: names of tenant roles. Default: none. */
  roles?: string[];
  /** Machine-to-machine only: organizations the application belongs to. Default: none. */
  organizations?: EmulatorMembership[];
}

/** An API resource. */
export interface EmulatorResource {
  /** The audience of its access tokens, an absolute URI. */
  indicator: string;
  /** The permissions that roles can grant. Default: none. */
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

/** A tenant role for users and machine-to-machine applications. */
export interface EmulatorRole {
  /** The name in the `roles` claim. */
  name: string;
  /** The permissions on API resources that the role grants. Default: none. */
  scopes?: EmulatorResourceScope[];
}

/** The permissions and roles that all organizations share. */
export interface EmulatorOrganizationTemplate {
  /** Organization permissions. Default: none. */
  scopes?: string[];
  /** Organization roles. Default: none. */
  roles?: EmulatorOrganizationRole[];
}

/** An organization role. */
export interface EmulatorOrganizationRole {
  /** The name in the `organization_roles` claim, after the organization's id. */
  name: string;
  /** The organization permissions that the role grants. Default: none. */
  scopes?: string[];
  /** The permissions on API resources that the role grants within the organization. Default: none. */
  resourceScopes?: EmulatorResourceScope[];
}

/** An organization. */
export interface EmulatorOrganization {
  /** The id in the `organizations` claim. */
  id: string;
  /** The name in `organization_data`. */
  name: string;
  /** The description in `organization_data`. Default: null. */
  description?: string | null;
  /** Custom data. No token contains it. Default: `{}`. */
  customData?: Record<string, unknown>;
}

/** A webhook. It receives sign-ins, and changes to users by the emulator's methods and Management API. */
export interface EmulatorWebhook {
  /** Sent as `hookId`. Default: `hook_1`, `hook_2`, … */
  id?: string;
  /** The URL to send it to. */
  url: string;
  /** The events to send, for example `User.Data.Updated`. Default: all. */
  events?: string[];
  /** The key of the `logto-signature-sha-256` header. Default: {@link LogtoEmulator.webhookSigningKey}. */
  signingKey?: string;
}
