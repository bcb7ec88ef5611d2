import type { LocalUser } from '../../hooks/local-user.js';
import type { AccessTokenClaims } from '../../oidc/claims.js';
import { buildOrganizationUrn, organizationUrnPrefix } from '../../options/logto-constants.js';
import type { LogtoContext } from '../../user/logto-context.js';
import { cloneJson } from '../../user/clone-json.js';
import { rolesIn, type Principal } from '../requirements/principal.js';

/** What the claims of a token mean. */
interface ParsedClaims {
  /** Whether the token is opaque and was introspected. Such a token has no audience. */
  readonly isOpaque: boolean;
  readonly audiences: readonly string[];
  /** The organizations that the token is bound to: at most one in tokens of Logto. */
  readonly organizations: ReadonlySet<string>;
  readonly scopes: readonly string[];
}

/** The user of a verified access token. All facts about the user are in the token. */
export class BearerPrincipal implements Principal {
  readonly credential = 'bearer';
  readonly context: LogtoContext;

  /** @param shared what the copies of a cached token have in common */
  constructor(
    private readonly claims: AccessTokenClaims,
    private readonly parsed: ParsedClaims = parseClaims(claims),
    private readonly shared: { localUser?: Promise<LocalUser | undefined> } = {},
  ) {
    this.context = { isAuthenticated: true, claims, scopes: [...parsed.scopes] };
  }

  /** A copy for another request, because a handler may change the claims. */
  clone(): BearerPrincipal {
    return new BearerPrincipal(cloneJson(this.claims), this.parsed, this.shared);
  }

  /**
   * Adds the app's own user to the context. Copies share the user, but not a failure.
   * @param resolve calls the app's user resolver
   */
  async addLocalUser(resolve: (claims: AccessTokenClaims) => Promise<LocalUser | undefined>): Promise<void> {
    const { shared } = this;
    const answer = (shared.localUser ??= resolve(this.claims));
    try {
      const localUser = await answer;
      if (localUser !== undefined) this.context.localUser = cloneJson(localUser);
    } catch (error) {
      if (shared.localUser === answer) delete shared.localUser;
      throw error;
    }
  }

  /** The subject and the application that the token was issued to. */
  get subject(): { sub: string; clientId: string | undefined } {
    const { sub, client_id: clientId } = this.claims;
    return { sub, clientId };
  }

  get isOpaque(): boolean {
    return this.parsed.isOpaque;
  }

  get audiences(): readonly string[] {
    return this.parsed.audiences;
  }

  get organizations(): ReadonlySet<string> {
    return this.parsed.organizations;
  }

  /** When the token expires, in milliseconds since 1970. */
  get expiresAt(): number {
    return this.claims.exp * 1000;
  }

  get authTime(): number | undefined {
    const { auth_time } = this.claims;
    return typeof auth_time === 'number' ? auth_time : undefined;
  }

  get acr(): string | undefined {
    const { acr } = this.claims;
    return typeof acr === 'string' ? acr : undefined;
  }

  /** Whether the token is from client credentials: then its subject is the application. */
  get isMachine(): boolean {
    return this.claims.client_id !== undefined && this.claims.sub === this.claims.client_id;
  }

  async scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]> {
    const isForResource = resource === undefined || this.isOpaque || this.audiences.includes(resource);
    const isForOrganization = organizationId === undefined || this.organizations.has(organizationId);
    return isForResource && isForOrganization ? this.parsed.scopes : [];
  }

  async roles(): Promise<readonly string[] | undefined> {
    return strings(this.claims.roles);
  }

  async isMemberOf(organizationId: string): Promise<boolean> {
    return this.organizations.has(organizationId);
  }

  async organizationRoles(organizationId: string): Promise<readonly string[] | undefined> {
    const roles = strings(this.claims.organization_roles);
    return roles && rolesIn(organizationId, roles);
  }

  async organizationScopes(organizationId: string): Promise<readonly string[]> {
    return this.audiences.includes(buildOrganizationUrn(organizationId)) ? this.parsed.scopes : [];
  }
}

function parseClaims(claims: AccessTokenClaims): ParsedClaims {
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
