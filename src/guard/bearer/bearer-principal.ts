import type { AccessTokenClaims } from '../../oidc/claims.js';
import { buildOrganizationUrn, organizationUrnPrefix } from '../../options/logto-constants.js';
import type { LogtoContext } from '../../user/logto-context.js';
import { cloneJson } from '../../user/clone-json.js';
import { rolesWithin, type Principal } from '../requirements/principal.js';

/** What a token says that its claims do not say at once. */
interface TokenFacts {
  /** Whether Logto was asked about the token: an opaque one carries no audience. */
  readonly isOpaque: boolean;
  /** Whom the token is for. */
  readonly audiences: readonly string[];
  /** The organizations that the token is bound to: Logto's belong to one at most. */
  readonly organizations: ReadonlySet<string>;
  readonly scopes: readonly string[];
}

/** Who a verified access token speaks for: all there is to know stands in the token. */
export class BearerPrincipal implements Principal {
  readonly credential = 'bearer';
  readonly context: LogtoContext;

  constructor(
    private readonly claims: AccessTokenClaims,
    private readonly facts: TokenFacts = factsOf(claims),
  ) {
    this.context = { isAuthenticated: true, claims, scopes: [...facts.scopes] };
  }

  /** The same for another request: what a handler does to its user is no business of the next one. */
  anew(): BearerPrincipal {
    return new BearerPrincipal(cloneJson(this.claims), this.facts);
  }

  get isOpaque(): boolean {
    return this.facts.isOpaque;
  }

  get audiences(): readonly string[] {
    return this.facts.audiences;
  }

  get organizations(): ReadonlySet<string> {
    return this.facts.organizations;
  }

  /** When the token expires, in milliseconds since 1970. */
  get expiresAt(): number {
    return this.claims.exp * 1000;
  }

  get authTime(): number | undefined {
    const { auth_time } = this.claims;
    return typeof auth_time === 'number' ? auth_time : undefined;
  }

  async scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]> {
    const forResource = resource === undefined || this.isOpaque || this.audiences.includes(resource);
    const within = organizationId === undefined || this.organizations.has(organizationId);
    return forResource && within ? this.facts.scopes : [];
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
    return this.audiences.includes(buildOrganizationUrn(organizationId)) ? this.facts.scopes : [];
  }
}

function factsOf(claims: AccessTokenClaims): TokenFacts {
  const { aud, organization_id } = claims as Partial<AccessTokenClaims>;
  const audiences = [aud ?? []].flat().filter((audience) => typeof audience === 'string');
  return {
    isOpaque: aud === undefined,
    audiences,
    organizations: new Set([
      ...audiences
        .filter((audience) => audience.startsWith(organizationUrnPrefix))
        .map((urn) => urn.slice(organizationUrnPrefix.length)),
      ...(organization_id === undefined ? [] : [organization_id]),
    ]),
    scopes: claims.scope?.split(' ').filter(Boolean) ?? [],
  };
}

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}
