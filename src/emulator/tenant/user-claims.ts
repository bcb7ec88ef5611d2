import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import type { Tenant, TenantUser } from './tenant.js';

/** The claims of each scope, in the order of Logto's discovery document. */
export const claimsByScope = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
    'username',
    'created_at',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
  custom_data: ['custom_data'],
  identities: ['identities', 'sso_identities'],
  roles: ['roles'],
  'urn:logto:scope:organizations': ['organizations', 'organization_data'],
  'urn:logto:scope:organization_roles': ['organization_roles'],
  'urn:logto:scope:sessions': [],
  'urn:logto:scope:trusted_devices': [],
} as const satisfies Record<string, readonly string[]>;

/** The claims of a user for `scopes`, in an ID token or at userinfo. */
export function userClaims(
  user: TenantUser,
  tenant: Tenant,
  use: 'id_token' | 'userinfo',
  scopes: Set<string>,
  switches: ResolvedOptions['idTokenClaims'],
): Record<string, unknown> {
  const requested = Object.entries(claimsByScope).flatMap(([scope, claims]) =>
    scopes.has(scope) ? (claims as readonly string[]) : [],
  );
  const all = allClaims(user, tenant);
  const hidden = use === 'id_token' ? hiddenFromIdTokens(switches) : new Set<string>();
  // Logto sends null for a missing name or email address, but omits missing profile claims.
  return Object.fromEntries(
    requested
      .filter((claim) => !hidden.has(claim) && all[claim] !== undefined)
      .map((claim) => [claim, all[claim]]),
  );
}

function hiddenFromIdTokens(switches: ResolvedOptions['idTokenClaims']): Set<string> {
  return new Set([
    'organization_data',
    ...(switches.roles ? [] : ['roles']),
    ...(switches.organizations ? [] : ['organizations']),
    ...(switches.organizationRoles ? [] : ['organization_roles']),
    ...(switches.customData ? [] : ['custom_data']),
    ...(switches.identities ? [] : ['identities', 'sso_identities']),
  ]);
}

function allClaims(user: TenantUser, tenant: Tenant): Record<string, unknown> {
  const { profile } = user;
  return {
    name: user.name,
    family_name: profile.familyName,
    given_name: profile.givenName,
    middle_name: profile.middleName,
    nickname: profile.nickname,
    preferred_username: profile.preferredUsername ?? user.username,
    profile: profile.profile,
    picture: user.avatar,
    website: profile.website,
    gender: profile.gender,
    birthdate: profile.birthdate,
    zoneinfo: profile.zoneinfo,
    locale: profile.locale,
    updated_at: user.updatedAt,
    username: user.username,
    created_at: user.createdAt,
    email: user.primaryEmail,
    email_verified: Boolean(user.primaryEmail),
    phone_number: user.primaryPhone,
    phone_number_verified: Boolean(user.primaryPhone),
    address: profile.address,
    custom_data: user.customData,
    identities: user.identities,
    sso_identities: [],
    roles: user.roles,
    organizations: user.organizations.map(({ id }) => id),
    organization_data: user.organizations.flatMap(({ id }) => {
      const organization = tenant.organization(id);
      return organization ? [{ id, name: organization.name, description: organization.description }] : [];
    }),
    organization_roles: user.organizations.flatMap(({ id, roles }) => roles.map((role) => `${id}:${role}`)),
  };
}
