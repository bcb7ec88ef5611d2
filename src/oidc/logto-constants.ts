/** `prompt` of an authorization request (OpenID Connect Core 3.1.2.1). */
export const Prompt = { None: 'none', Consent: 'consent', Login: 'login' } as const;
export type Prompt = (typeof Prompt)[keyof typeof Prompt];

/** Scopes that are asked for in every sign-in unless `includeReservedScopes` is `false`. */
export const ReservedScope = { OpenId: 'openid', OfflineAccess: 'offline_access' } as const;
export type ReservedScope = (typeof ReservedScope)[keyof typeof ReservedScope];

/** Resources that Logto reserves. */
export const ReservedResource = { Organization: 'urn:logto:resource:organizations' } as const;
export type ReservedResource = (typeof ReservedResource)[keyof typeof ReservedResource];

/**
 * Scopes that decide which claims the ID token and the userinfo endpoint carry.
 * @see {@link https://docs.logto.io/end-user-flows/scopes-and-claims}
 */
export const UserScope = {
  Profile: 'profile',
  Email: 'email',
  Phone: 'phone',
  Address: 'address',
  CustomData: 'custom_data',
  Identities: 'identities',
  Roles: 'roles',
  Organizations: 'urn:logto:scope:organizations',
  OrganizationRoles: 'urn:logto:scope:organization_roles',
  Sessions: 'urn:logto:scope:sessions',
} as const;
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
