import { claimsByScope } from '../emulator/tenant/user-claims.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/token-target.js';
import { membershipOf, membershipsOf, type LogtoTestUser } from './logto-test-user.js';

/** Claims that a new tenant does not add to ID tokens. */
const userInfoOnly: ReadonlySet<string> = new Set([
  'custom_data',
  'identities',
  'sso_identities',
  'organization_data',
]);

/** The scope that each of Logto's claims requires. */
const scopeOfClaim = new Map<string, string>(
  Object.entries(claimsByScope).flatMap(([scope, claims]) => claims.map((claim) => [claim, scope] as const)),
);

/** The claims and permissions that an app gets: as in Logto, only those that its scopes request. */
export class GrantedAccess {
  /** @param allPermissions grants every permission, for a test that does not list the app's scopes */
  constructor(
    private readonly requested: readonly string[],
    private readonly allPermissions: boolean,
  ) {}

  idTokenClaims(user: LogtoTestUser): Record<string, unknown> {
    const claims = Object.entries(allClaims(user)).filter(([claim]) => !userInfoOnly.has(claim));
    return Object.fromEntries(claims.filter(([claim]) => this.isRequested(claim)));
  }

  userInfo(user: LogtoTestUser): UserInfoResponse {
    const { acr: _acr, amr: _amr, auth_time: _authTime, ...known } = allClaims(user);
    const claims = Object.entries({ ...known, ...user.userInfo });
    return { sub: user.sub, ...Object.fromEntries(claims.filter(([claim]) => this.isRequested(claim))) };
  }

  /** The scopes of an access token for a resource, for an organization, or for a resource in an organization. */
  scopes(user: LogtoTestUser, { resource, organizationId }: TokenTarget): string[] {
    const membership = organizationId === undefined ? undefined : membershipOf(user, organizationId);
    const all =
      organizationId === undefined
        ? permissionsOn(resource, user)
        : resource === undefined
          ? membership?.scopes
          : membership?.resourceScopes?.[resource];
    return (all ?? []).filter((scope) => this.allPermissions || this.requested.includes(scope));
  }

  private isRequested(claim: string): boolean {
    const scope = scopeOfClaim.get(claim);
    return scope === undefined || this.requested.includes(scope);
  }
}

function permissionsOn(resource: string | undefined, { scopes }: LogtoTestUser): string[] | undefined {
  if (resource === undefined) return undefined;
  return Array.isArray(scopes) ? scopes : scopes?.[resource];
}

function allClaims(user: LogtoTestUser): Record<string, unknown> {
  const { scopes: _scopes, userInfo: _userInfo, localUser: _localUser, organizations, ...claims } = user;
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
