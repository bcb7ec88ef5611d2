/** `prompt` of an authorization request (OpenID Connect Core 3.1.2.1). */
export const Prompt = {
  /** Show no page: a user who is not signed in at Logto comes back anonymous. Cannot be combined. */
  None: 'none',
  /** Ask for consent if it is not given yet. Without it Logto issues no refresh token. */
  Consent: 'consent',
  /** Sign in again, even if the user is signed in at Logto. */
  Login: 'login',
} as const;
/** One of {@link Prompt}. */
export type Prompt = (typeof Prompt)[keyof typeof Prompt];

/** Scopes of every sign-in, unless `includeReservedScopes` is `false`. */
export const ReservedScope = {
  /** An ID token (OpenID Connect Core 3.1.2.1). */
  OpenId: 'openid',
  /** A refresh token (OpenID Connect Core 11). */
  OfflineAccess: 'offline_access',
} as const;
/** One of {@link ReservedScope}. */
export type ReservedScope = (typeof ReservedScope)[keyof typeof ReservedScope];

/** Resources that Logto reserves. */
export const ReservedResource = {
  /** Organizations, for organization tokens. Requested along with the scope of organizations. */
  Organization: 'urn:logto:resource:organizations',
} as const;
/** One of {@link ReservedResource}. */
export type ReservedResource = (typeof ReservedResource)[keyof typeof ReservedResource];

/**
 * Scopes that decide which claims the ID token and the userinfo endpoint return.
 * @see {@link https://docs.logto.io/end-user-flows/scopes-and-claims}
 */
export const UserScope = {
  /** `name`, `username`, `picture` and the rest of the profile. Requested unless `includeReservedScopes` is `false`. */
  Profile: 'profile',
  /** `email` and `email_verified`. */
  Email: 'email',
  /** `phone_number` and `phone_number_verified`. */
  Phone: 'phone',
  /** `address`. */
  Address: 'address',
  /** `custom_data`: only in userinfo, unless the tenant puts it into ID tokens. */
  CustomData: 'custom_data',
  /** `identities` and `sso_identities`: only in userinfo, unless the tenant puts them into ID tokens. */
  Identities: 'identities',
  /** `roles`, for `@RequireRoles`. */
  Roles: 'roles',
  /** `organizations`, and `organization_data` in userinfo, for `@RequireOrganization` and organization tokens. */
  Organizations: 'urn:logto:scope:organizations',
  /** `organization_roles`, for `@RequireOrganizationRoles`. */
  OrganizationRoles: 'urn:logto:scope:organization_roles',
  /** No claim: lets the user's access token manage their sessions through Logto's Account API. */
  Sessions: 'urn:logto:scope:sessions',
  /** No claim: lets the user's access token manage their trusted devices through Logto's Account API. Needs Logto 1.44. */
  TrustedDevices: 'urn:logto:scope:trusted_devices',
} as const;
/** One of {@link UserScope}. */
export type UserScope = (typeof UserScope)[keyof typeof UserScope];

/**
 * Authentication context classes of Logto (`acr`, OpenID Connect Core 2): how a user has signed in. Needs Logto 1.46.
 * @see {@link https://docs.logto.io/end-user-flows/step-up-authentication}
 */
export const LogtoAcr = {
  /** One factor: a password, a code or a magic link. A social or enterprise account alone does not count. */
  FirstFactor: 'urn:logto:acr:1fa',
  /** Two factors, or a passkey. Also satisfies a requirement of {@link LogtoAcr.FirstFactor}. */
  Mfa: 'urn:logto:acr:mfa',
} as const;
/** One of {@link LogtoAcr}. */
export type LogtoAcr = (typeof LogtoAcr)[keyof typeof LogtoAcr];

/** The prefix of an organization token's audience. */
export const organizationUrnPrefix = 'urn:logto:organization:';

/** The audience of an organization's token: `urn:logto:organization:<id>`. */
export function buildOrganizationUrn(organizationId: string): string {
  return `${organizationUrnPrefix}${organizationId}`;
}

/**
 * The ID of the organization in an audience.
 * @throws TypeError when `urn` does not start with {@link organizationUrnPrefix}.
 */
export function getOrganizationIdFromUrn(urn: string): string {
  if (!urn.startsWith(organizationUrnPrefix)) {
    throw new TypeError(`An organization audience must start with "${organizationUrnPrefix}".`);
  }
  return urn.slice(organizationUrnPrefix.length);
}
