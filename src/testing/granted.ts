import { claimsByScope } from '../emulator/tenant/user-claims.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import { membershipOf, membershipsOf, type LogtoTestUser } from './logto-test-user.js';

/** What an app has asked for at sign-in. */
export interface Asked {
  readonly scopes: readonly string[];
  /** Whether permissions count as asked for, because the test does not say which the app asks for. */
  readonly everyPermission: boolean;
}

/** Claims that a new tenant keeps out of ID tokens. */
const onlyInUserInfo: ReadonlySet<string> = new Set([
  'custom_data',
  'identities',
  'sso_identities',
  'organization_data',
]);

/** Which scope each of Logto's claims needs. */
const scopeOfClaim = new Map<string, string>(
  Object.entries(claimsByScope).flatMap(([scope, claims]) => claims.map((claim) => [claim, scope] as const)),
);

/** What the ID token tells of a user: as at Logto, what the app has asked for. */
export function idTokenClaims(user: LogtoTestUser, asked: Asked): Record<string, unknown> {
  const told = Object.entries(allClaims(user)).filter(([claim]) => !onlyInUserInfo.has(claim));
  return Object.fromEntries(told.filter(([claim]) => isAsked(claim, asked)));
}

/** What the userinfo endpoint tells of a user. */
export function userInfoClaims(user: LogtoTestUser, asked: Asked): UserInfoResponse {
  const told = Object.entries({ ...allClaims(user), ...user.userInfo });
  return { sub: user.sub, ...Object.fromEntries(told.filter(([claim]) => isAsked(claim, asked))) };
}

/**
 * The user's permissions that go into an access token: those on the resource, in the organization, or on the
 * resource within the organization.
 */
export function grantedScopes(
  user: LogtoTestUser,
  { resource, organizationId }: TokenTarget,
  asked: Asked,
): string[] {
  const membership = organizationId === undefined ? undefined : membershipOf(user, organizationId);
  const all =
    organizationId === undefined
      ? permissionsOn(resource, user)
      : resource === undefined
        ? membership?.scopes
        : membership?.resourceScopes?.[resource];
  return (all ?? []).filter((scope) => asked.everyPermission || asked.scopes.includes(scope));
}

function permissionsOn(resource: string | undefined, { scopes }: LogtoTestUser): string[] | undefined {
  if (resource === undefined) return undefined;
  return Array.isArray(scopes) ? scopes : scopes?.[resource];
}

function isAsked(claim: string, { scopes }: Asked): boolean {
  const scope = scopeOfClaim.get(claim);
  return scope === undefined || scopes.includes(scope);
}

function allClaims(user: LogtoTestUser): Record<string, unknown> {
  const { scopes: _scopes, userInfo: _userInfo, organizations, ...claims } = user;
  if (organizations === undefined) return claims;
  const memberships = membershipsOf(user);
  const roles = memberships.flatMap(({ id, roles: own = [] }) => own.map((role) => `${id}:${role}`));
  return {
    ...claims,
    organizations: memberships.map(({ id }) => id),
    organization_roles: [...(user.organization_roles ?? []), ...roles],
    organization_data: memberships.map(({ id, name = id }) => ({ id, name, description: null })),
  };
}
