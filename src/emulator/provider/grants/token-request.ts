import type { Client, KoaContextWithOIDC, ResourceServerInstance } from 'oidc-provider';

import type { TenantUser } from '../../tenant/tenant.js';
import type { GrantEnvironment } from './grant-environment.js';
import { jwtServerInfo, resourceServerInfo, type TokenHolder } from './resource-server-info.js';

/** A request to the token endpoint. */
export class TokenRequest {
  readonly client: Client;
  /** The provider has already refused repeated parameters, except for `resource`. */
  readonly parameters: Record<string, string | undefined>;

  /** @throws `invalid_request` if a required parameter is missing, in the provider's words */
  constructor(
    readonly ctx: KoaContextWithOIDC,
    readonly environment: GrantEnvironment,
    ...required: string[]
  ) {
    const { errors } = environment;
    this.parameters = { ...(ctx.oidc.params as Record<string, string | undefined>) };
    const missing = required.filter((name) => this.parameters[name] === undefined);
    if (missing.length > 0) {
      const names = missing.map((name) => `'${name}'`).join(' and ');
      throw new errors.InvalidRequest(`missing required parameter${missing.length > 1 ? 's' : ''} ${names}`);
    }
    if (!ctx.oidc.client) throw new errors.InvalidClient('client must be available');
    this.client = ctx.oidc.client;
  }

  get organizationId(): string | undefined {
    return this.parameters['organization_id'];
  }

  /** The names of all requested resources. */
  get resources(): string[] {
    const resource: unknown = this.ctx.oidc.params?.['resource'];
    return resource ? ([resource].flat() as string[]) : [];
  }

  /** The requested resource. For a list of resources Logto falls back to an opaque token. */
  get resource(): string | undefined {
    const resource: unknown = this.ctx.oidc.params?.['resource'];
    return typeof resource === 'string' && resource !== '' ? resource : undefined;
  }

  resourceServer(indicator: string, holder: TokenHolder): ResourceServerInstance {
    const info = resourceServerInfo(this.environment, indicator, holder, this.organizationId);
    return new this.ctx.oidc.provider.ResourceServer(indicator, info);
  }

  organizationServer(organizationId: string, scopes: string[]): ResourceServerInstance {
    const audience = `urn:logto:organization:${organizationId}`;
    const info = jwtServerInfo(this.environment, audience, scopes, this.environment.accessTokenTtl);
    return new this.ctx.oidc.provider.ResourceServer(audience, info);
  }

  /**
   * @throws `access_denied` if the request names an organization that the user is not a member of, or that the
   * user has not given a third-party application access to
   */
  assertMembership(user: TenantUser): void {
    const { organizationId } = this;
    const { tenant } = this.environment;
    const { clientId } = this.client;
    if (!organizationId) return;
    if (!user.organizations.some(({ id }) => id === organizationId)) {
      throw this.accessDenied('user is not a member of the organization');
    }
    if (
      tenant.application(clientId)?.isThirdParty &&
      !tenant.consentedOrganizations.get(`${user.id}:${clientId}`)?.has(organizationId)
    ) {
      throw this.accessDenied('organization access is not granted to the application');
    }
  }

  /** Logto responds with 403 here. OAuth requires 400. */
  accessDenied(description: string): Error {
    const error = new this.environment.errors.AccessDenied(description);
    return Object.assign(error, { statusCode: 403, status: 403 });
  }

  invalidTarget(description: string): Error {
    return Object.assign(new this.environment.errors.InvalidTarget(), { error_description: description });
  }
}
