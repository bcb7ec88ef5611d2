/** `prompt` of an authorization request (OpenID Connect Core 3.1.2.1). */
export const Prompt = {
  /** Show no page: who is not signed in at Logto comes back anonymous. Stands alone. */
  None: 'none',
  /** Ask for consent where it is not given yet. Without it Logto gives no refresh token. */
  Consent: 'consent',
  /** Sign in anew, also where somebody is signed in at Logto. */
  Login: 'login',
} as const;
/** One of {@link Prompt}. */
export type Prompt = (typeof Prompt)[keyof typeof Prompt];

/** Scopes that are asked for in every sign-in unless `includeReservedScopes` is `false`. */
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
  /** Organizations: what organization tokens are asked for with. Comes with the scope of organizations by itself. */
  Organization: 'urn:logto:resource:organizations',
} as const;
/** One of {@link ReservedResource}. */
export type ReservedResource = (typeof ReservedResource)[keyof typeof ReservedResource];

/**
 * Scopes that decide which claims the ID token and the userinfo endpoint carry.
 * @see {@link https://docs.logto.io/end-user-flows/scopes-and-claims}
 */
export const UserScope = {
  /** `name`, `username`, `picture` and the rest of the profile. Asked for always. */
  Profile: 'profile',
  /** `email` and `email_verified`. */
  Email: 'email',
  /** `phone_number` and `phone_number_verified`. */
  Phone: 'phone',
  /** `address`. */
  Address: 'address',
  /** `custom_data`: in userinfo alone, unless the tenant puts it into ID tokens. */
  CustomData: 'custom_data',
  /** `identities` and `sso_identities`: in userinfo alone, unless the tenant puts them into ID tokens. */
  Identities: 'identities',
  /** `roles`: what `@RequireRoles` needs. */
  Roles: 'roles',
  /** `organizations`, and `organization_data` in userinfo: what `@RequireOrganization` and organization tokens need. */
  Organizations: 'urn:logto:scope:organizations',
  /** `organization_roles`: what `@RequireOrganizationRoles` needs. */
  OrganizationRoles: 'urn:logto:scope:organization_roles',
  /** No claim: lets the user's access token manage their sessions through Logto's Account API. */
  Sessions: 'urn:logto:scope:sessions',
} as const;
/** One of {@link UserScope}. */
export type UserScope = (typeof UserScope)[keyof typeof UserScope];

/** What the audience of an organization token starts with. */
export const organizationUrnPrefix = 'urn:logto:organization:';

/** The audience of the organization token of `organizationId`: `urn:logto:organization:<id>`. */
export function buildOrganizationUrn(organizationId: string): string {
  return `${organizationUrnPrefix}${organizationId}`;
}

/**
 * The organization that an audience names.
 * @throws TypeError when `urn` does not start with {@link organizationUrnPrefix}.
 */
export function getOrganizationIdFromUrn(urn: string): string {
  if (!urn.startsWith(organizationUrnPrefix)) {
    throw new TypeError(`An organization audience starts with "${organizationUrnPrefix}".`);
  }
  return urn.slice(organizationUrnPrefix.length);
}
