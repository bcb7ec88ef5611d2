import type { Request } from 'express';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoException } from '../logto.exceptions.js';
import { UserScope } from '../options/logto-constants.js';
import type { UserClaims } from '../oidc/claims.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import type { LogtoContext } from '../user/logto-context.js';
import type { FreshScopes } from './fresh-scopes.js';
import type { FreshUserInfo } from './fresh-user-info.js';
import { rolesWithin, type Principal } from './requirements/principal.js';

/** A signed-in user: the claims tell some of it, userinfo more, and scopes stand in access tokens. */
export class SessionPrincipal implements Principal {
  readonly credential = 'session';

  constructor(
    private readonly request: Request,
    readonly context: LogtoContext,
    private readonly freshScopes: FreshScopes,
    private readonly userInfo: FreshUserInfo,
    private readonly askedScopes: readonly string[],
  ) {}

  get authTime(): number | undefined {
    return this.context.claims?.auth_time;
  }

  async scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]> {
    return this.scopesOf({ resource, organizationId });
  }

  organizationScopes(organizationId: string): Promise<readonly string[]> {
    return this.scopesOf({ organizationId });
  }

  roles(): Promise<readonly string[]> {
    return this.told('roles', UserScope.Roles, 'missing_scope_roles');
  }

  async isMemberOf(organizationId: string): Promise<boolean> {
    const organizations = await this.told(
      'organizations',
      UserScope.Organizations,
      'missing_scope_organizations',
    );
    return organizations.includes(organizationId);
  }

  async organizationRoles(organizationId: string): Promise<readonly string[]> {
    const roles = await this.told(
      'organization_roles',
      UserScope.OrganizationRoles,
      'missing_scope_organization_roles',
    );
    return rolesWithin(organizationId, roles);
  }

  /** A list that stands in the ID token, or only at userinfo, as the tenant has it. */
  private async told(
    claim: 'roles' | 'organizations' | 'organization_roles',
    scope: string,
    missing: LogtoErrorCode,
  ): Promise<readonly string[]> {
    const inToken = list(this.context.claims, claim);
    if (inToken) return inToken;
    if (!this.askedScopes.includes(scope)) {
      throw new LogtoException(
        missing,
        `Logto tells \`${claim}\` only for the scope \`${scope}\`. Add it to \`scopes\` in the options.`,
      );
    }
    return list(await this.userInfo.of(this.request), claim) ?? [];
  }

  private async scopesOf(target: TokenTarget): Promise<readonly string[]> {
    try {
      return await this.freshScopes.of(this.request, target);
    } catch (error) {
      // Not a member, or no permission at all: no scopes. What cannot be told is another matter.
      if (error instanceof LogtoException && error.code === 'access_denied') return [];
      throw error;
    }
  }
}

function list(claims: UserClaims | undefined, claim: string): readonly string[] | undefined {
  const value = claims?.[claim];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
