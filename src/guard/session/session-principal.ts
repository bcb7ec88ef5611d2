import type { Request } from 'express';
import type { LogtoErrorCode } from '../../logto.error-codes.js';
import { hasCode, LogtoException } from '../../logto.exceptions.js';
import { UserScope } from '../../options/logto-constants.js';
import type { UserClaims } from '../../oidc/claims.js';
import type { TokenTarget } from '../../oidc/token-target.js';
import type { LogtoContext } from '../../user/logto-context.js';
import type { FreshScopes } from './fresh-scopes.js';
import type { FreshUserInfo } from './fresh-user-info.js';
import { rolesIn, type Principal } from '../requirements/principal.js';

/** The signed-in user of a session. Roles and organizations are claims of the ID token or of userinfo. */
export class SessionPrincipal implements Principal {
  readonly credential = 'session';
  readonly isMachine = false;

  constructor(
    private readonly request: Request,
    readonly context: LogtoContext,
    private readonly freshScopes: FreshScopes,
    private readonly freshUserInfo: FreshUserInfo,
    private readonly requestedScopes: readonly string[],
  ) {}

  get authTime(): number | undefined {
    return this.context.claims?.auth_time;
  }

  get acr(): string | undefined {
    return this.context.claims?.acr;
  }

  async scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]> {
    return this.scopesOf({ resource, organizationId });
  }

  organizationScopes(organizationId: string): Promise<readonly string[]> {
    return this.scopesOf({ organizationId });
  }

  roles(): Promise<readonly string[]> {
    return this.listClaim('roles', UserScope.Roles, 'missing_scope_roles');
  }

  async isMemberOf(organizationId: string): Promise<boolean> {
    const organizations = await this.listClaim(
      'organizations',
      UserScope.Organizations,
      'missing_scope_organizations',
    );
    return organizations.includes(organizationId);
  }

  async organizationRoles(organizationId: string): Promise<readonly string[]> {
    const roles = await this.listClaim(
      'organization_roles',
      UserScope.OrganizationRoles,
      'missing_scope_organization_roles',
    );
    return rolesIn(organizationId, roles);
  }

  /** Reads a claim from the ID token, or from userinfo if the tenant leaves it out of the ID token. */
  private async listClaim(
    claim: 'roles' | 'organizations' | 'organization_roles',
    scope: string,
    missingScope: LogtoErrorCode,
  ): Promise<readonly string[]> {
    const inIdToken = strings(this.context.claims, claim);
    if (inIdToken) return inIdToken;
    if (!this.requestedScopes.includes(scope)) {
      throw new LogtoException(
        missingScope,
        `Logto returns \`${claim}\` only with the scope \`${scope}\`. Add it to \`scopes\` in the options.`,
      );
    }
    return strings(await this.freshUserInfo.get(this.request), claim) ?? [];
  }

  private async scopesOf(target: TokenTarget): Promise<readonly string[]> {
    try {
      return await this.freshScopes.get(this.request, target);
    } catch (error) {
      // Logto denies a token to users who are not members, or have no permission at all: they have no scopes.
      if (hasCode(error, 'access_denied')) return [];
      throw error;
    }
  }
}

function strings(claims: UserClaims | undefined, claim: string): readonly string[] | undefined {
  const value = claims?.[claim];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
