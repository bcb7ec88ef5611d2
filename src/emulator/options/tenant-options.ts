/** A user of the emulated tenant. */
export interface EmulatorUser {
  /** Logto's user id, the `sub` claim. Default: twelve characters derived from `username`, the same at every start. */
  id?: string;
  /** What is typed on the sign-in page. A user is also found by `primaryEmail` and `primaryPhone`. */
  username: string;
  /** Without a password the user signs in by one click only. */
  password?: string;
  /** Claim `name`. Default: null, as Logto sends it. */
  name?: string | null;
  /** Claim `email`. `email_verified` is true where there is one. Default: null. */
  primaryEmail?: string | null;
  /** Claim `phone_number`. `phone_number_verified` is true where there is one. Default: null. */
  primaryPhone?: string | null;
  /** Claim `picture`, a URL. Default: null. */
  avatar?: string | null;
  /** Claim `custom_data`. Default: `{}`. */
  customData?: Record<string, unknown>;
  /** Further profile claims. Those left out are absent from the tokens. */
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

/** Profile claims in Logto's spelling: `familyName` becomes claim `family_name`, and so on. */
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
  /** Claim `birthdate`, such as `1815-12-10`. */
  birthdate?: string;
  /** Claim `zoneinfo`, such as `Europe/London`. */
  zoneinfo?: string;
  /** Claim `locale`, such as `en-GB`. */
  locale?: string;
  /** Claim `address`. */
  address?: Record<string, string>;
}

/** Membership of an organization. */
export interface EmulatorMembership {
  /** The id of the organization. */
  id: string;
  /** Names of organization roles. Default: none. */
  roles?: string[];
}

/** The kinds of application that Logto knows. */
export type EmulatorApplicationType = 'Traditional' | 'SPA' | 'Native' | 'MachineToMachine';

/** An application that is registered with the emulated tenant. */
export interface EmulatorApplication {
  /** The client id. */
  id: string;
  /** The client secret. Only `Traditional` and `MachineToMachine` applications have one. */
  secret?: string;
  /** Shown on the sign-in page. Default: the id. */
  name?: string;
  /** Default: `Traditional` with a secret, `SPA` without. */
  type?: EmulatorApplicationType;
  /** Compared exactly, as Logto does. Default: any loopback URL, for tests whose port is not known yet. */
  redirectUris?: string[];
  /** Compared exactly. Default: any loopback URL. */
  postLogoutRedirectUris?: string[];
  /** Where a logout token is sent when the browser's session at the emulator ends. */
  backchannelLogoutUri?: string;
  /** Whether ID tokens and logout tokens carry `sid`. Default: false. */
  backchannelLogoutSessionRequired?: boolean;
  /** A refresh token even without `offline_access`. Default: false. */
  alwaysIssueRefreshToken?: boolean;
  /** Whether refresh tokens are rotated. Default: true. */
  rotateRefreshToken?: boolean;
  /** Lifetime of refresh tokens in days. Default: 14. */
  refreshTokenTtlInDays?: number;
  /** Whether the application may impersonate users by token exchange. Default: false. */
  allowTokenExchange?: boolean;
  /** A third-party application asks the user for consent on a page. Default: false. */
  isThirdParty?: boolean;
  /** Further origins that may call the token and userinfo endpoints from a browser. */
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
  /** The permissions that roles may give on it. Default: none. */
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
  /** Permissions it gives on API resources. Default: none. */
  scopes?: EmulatorResourceScope[];
}

/** What all organizations of the tenant have in common. */
export interface EmulatorOrganizationTemplate {
  /** Organization permissions. Default: none. */
  scopes?: string[];
  /** Organization roles. Default: none. */
  roles?: EmulatorOrganizationRole[];
}

/** An organization role. */
export interface EmulatorOrganizationRole {
  /** What the `organization_roles` claim shows after the organization's id. */
  name: string;
  /** Organization permissions it gives. Default: none. */
  scopes?: string[];
  /** Permissions it gives on API resources within the organization. Default: none. */
  resourceScopes?: EmulatorResourceScope[];
}

/** An organization. */
export interface EmulatorOrganization {
  /** What the `organizations` claim shows. */
  id: string;
  /** The name in `organization_data`. */
  name: string;
  /** The description in `organization_data`. Default: null. */
  description?: string | null;
  /** Custom data of the organization; no token shows it. Default: `{}`. */
  customData?: Record<string, unknown>;
}

/** A webhook. It is told of what the controls do to users, and of sign-ins, as Logto does. */
export interface EmulatorWebhook {
  /** The id of the hook, sent as `hookId`. Default: `hook_1`, `hook_2`, … */
  id?: string;
  /** Where it is sent. */
  url: string;
  /** The events it wants, such as `User.Data.Updated`. Default: all. */
  events?: string[];
  /** The key of the `logto-signature-sha-256` header. Default: {@link LogtoEmulator.webhookSigningKey}. */
  signingKey?: string;
}
