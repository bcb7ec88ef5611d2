import type { Account, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';

import type { Tenant, TenantUser } from '../../tenant/tenant.js';
import type { OidcProviderModule } from '../load-oidc-provider.js';
import type { MemoryStore } from '../memory-store.js';
import type { SigningAlgorithm } from '../signing-keys.js';

/** What the grants of the token endpoint need beside the request. */
export interface GrantEnvironment {
  tenant: Tenant;
  store: MemoryStore;
  /** The user as the provider wants it. */
  account: (user: TenantUser) => Account;
  algorithm: SigningAlgorithm;
  /** Lifetime of organization tokens in seconds. */
  accessTokenTtl: number;
  errors: OidcProviderModule['errors'];
}

/** The request's parameters; each is a string once the provider has refused those that are sent twice. */
export function parameters(ctx: KoaContextWithOIDC): Record<string, string | undefined> {
  return { ...(ctx.oidc.params as Record<string, string | undefined>) };
}

/** Refuses as the provider does where a parameter is missing. */
export function requireParameter(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
  ...names: string[]
): void {
  const given = parameters(ctx);
  const missing = names.filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    throw new environment.errors.InvalidRequest(
      `missing required parameter${missing.length > 1 ? 's' : ''} ${missing.map((name) => `'${name}'`).join(' and ')}`,
    );
  }
}

/** Whether a token request names a resource, or several. */
export function namesResource(ctx: KoaContextWithOIDC): boolean {
  return Boolean(ctx.oidc.params?.['resource']);
}

/** The one resource that a token request names. Where it names several, Logto falls back to the opaque token. */
export function requestedResource(ctx: KoaContextWithOIDC): string | undefined {
  const resource: unknown = ctx.oidc.params?.['resource'];
  return typeof resource === 'string' && resource !== '' ? resource : undefined;
}

export function invalidTarget({ errors }: GrantEnvironment, description?: string): Error {
  return Object.assign(
    new errors.InvalidTarget(),
    description === undefined ? {} : { error_description: description },
  );
}

/** 403 where Logto says so, though OAuth would have 400. */
export function accessDenied({ errors }: GrantEnvironment, description: string): Error {
  return Object.assign(new errors.AccessDenied(description), { statusCode: 403, status: 403 });
}

/** Refuses a user who is not in the organization, or has not let a third-party application into it. */
export function assertMembership(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
  account: Account,
  organizationId: string,
): void {
  const { tenant } = environment;
  const user = tenant.users.get(account.accountId);
  if (!user?.organizations.some(({ id }) => id === organizationId)) {
    throw accessDenied(environment, 'user is not a member of the organization');
  }
  const clientId = ctx.oidc.client?.clientId ?? '';
  if (
    tenant.applications.get(clientId)?.isThirdParty &&
    !tenant.consentedOrganizations.get(`${user.id}:${clientId}`)?.has(organizationId)
  ) {
    throw accessDenied(environment, 'organization access is not granted to the application');
  }
}

/** The audience of an organization token. */
export function organizationAudience(organizationId: string): string {
  return `urn:logto:organization:${organizationId}`;
}

/** How tokens for a resource or an organization are made: a signed JWT. */
export function resourceServer(
  environment: GrantEnvironment,
  audience: string,
  scopes: string[],
  accessTokenTTL: number,
): ResourceServer {
  return {
    audience,
    scope: scopes.join(' '),
    accessTokenTTL,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: environment.algorithm } },
  };
}

/** What Logto knows of a resource for a user or an application; an unknown one is `invalid_target`. */
export function resourceServerFor(
  environment: GrantEnvironment,
  indicator: string,
  holder: { user?: TenantUser; clientId?: string },
  organizationId?: string,
): ResourceServer {
  const { tenant } = environment;
  const resource = tenant.resource(indicator);
  if (!resource) {
    throw invalidTarget(environment);
  }
  const application = holder.clientId === undefined ? undefined : tenant.applications.get(holder.clientId);
  let scopes: string[] = [];
  if (holder.user) {
    scopes = tenant.permissions.ofUser(holder.user, indicator, organizationId);
  } else if (application) {
    scopes = tenant.permissions.ofApplication(application, indicator, organizationId);
  }
  return resourceServer(environment, indicator, scopes, resource.accessTokenTtl);
}
