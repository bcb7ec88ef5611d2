import type { AccessTokenClaims } from '../oidc/claims.js';
import { buildOrganizationUrn, organizationUrnPrefix } from '../oidc/logto-constants.js';
import type { LogtoContext } from '../user/logto-context.js';
import { rolesWithin, type Subject } from './subject.js';

/** Who a verified access token speaks for: all there is to know stands in the token. */
export class BearerSubject implements Subject {
  readonly credential = 'bearer';
  readonly context: LogtoContext;
  /** Whether Logto was asked about the token: an opaque one carries no audience. */
  readonly isOpaque: boolean;
  /** Whom the token is for. */
  readonly audiences: readonly string[];
  /** The organizations that the token is bound to: Logto's belong to one at most. */
  readonly organizations: ReadonlySet<string>;

  constructor(private readonly claims: AccessTokenClaims) {
    this.context = {
      isAuthenticated: true,
      claims,
      scopes: claims.scope?.split(' ').filter(Boolean) ?? [],
    };
    const { aud, organization_id } = claims as Partial<AccessTokenClaims>;
    this.isOpaque = aud === undefined;
    this.audiences = [aud ?? []].flat().filter((audience) => typeof audience === 'string');
    this.organizations = new Set([
      ...this.audiences
        .filter((audience) => audience.startsWith(organizationUrnPrefix))
        .map((urn) => urn.slice(organizationUrnPrefix.length)),
      ...(organization_id === undefined ? [] : [organization_id]),
    ]);
  }

  get authTime(): number | undefined {
    const { auth_time } = this.claims;
    return typeof auth_time === 'number' ? auth_time : undefined;
  }

  async scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]> {
    const forResource = resource === undefined || this.isOpaque || this.audiences.includes(resource);
    const within = organizationId === undefined || this.organizations.has(organizationId);
    return forResource && within ? (this.context.scopes ?? []) : [];
  }

  async roles(): Promise<readonly string[] | undefined> {
    return strings(this.claims.roles);
  }

  async isMemberOf(organizationId: string): Promise<boolean> {
    return this.organizations.has(organizationId);
  }

  async organizationRoles(organizationId: string): Promise<readonly string[] | undefined> {
    const roles = strings(this.claims.organization_roles);
    return roles && rolesWithin(organizationId, roles);
  }

  async organizationScopes(organizationId: string): Promise<readonly string[]> {
    return this.audiences.includes(buildOrganizationUrn(organizationId)) ? (this.context.scopes ?? []) : [];
  }
}

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}
