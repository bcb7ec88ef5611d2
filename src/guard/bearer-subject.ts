import type { AccessTokenClaims } from '../oidc/claims.js';
import { buildOrganizationUrn, organizationUrnPrefix } from '../oidc/logto-constants.js';
import type { IdTokenClaims } from '../oidc/claims.js';
import type { LogtoContext } from '../user/logto-context.js';
import { rolesWithin, type Subject } from './subject.js';

/** Who a verified access token speaks for: all there is to know stands in the token. */
export class BearerSubject implements Subject {
  readonly credential = 'bearer';
  readonly context: LogtoContext;

  constructor(private readonly claims: AccessTokenClaims) {
    this.context = {
      isAuthenticated: true,
      claims: claims as IdTokenClaims,
      scopes: claims.scope?.split(' ').filter(Boolean) ?? [],
    };
  }

  /** Whom the token is for. None for an opaque one, which carries no audience. */
  get audiences(): readonly string[] {
    return this.claims.aud === undefined ? [] : [this.claims.aud].flat();
  }

  /** The organization that the token is bound to. */
  get organizationId(): string | undefined {
    const urn = this.audiences.find((audience) => audience.startsWith(organizationUrnPrefix));
    return urn?.slice(organizationUrnPrefix.length) ?? this.claims.organization_id;
  }

  get authTime(): number | undefined {
    const { auth_time } = this.claims;
    return typeof auth_time === 'number' ? auth_time : undefined;
  }

  async scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]> {
    const forResource =
      resource === undefined || this.audiences.length === 0 || this.audiences.includes(resource);
    const within = organizationId === undefined || this.organizationId === organizationId;
    return forResource && within ? (this.context.scopes ?? []) : [];
  }

  async roles(): Promise<readonly string[] | undefined> {
    return strings(this.claims.roles);
  }

  async isMemberOf(organizationId: string): Promise<boolean> {
    return this.organizationId === organizationId;
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
