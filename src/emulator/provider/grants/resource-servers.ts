import type { KoaContextWithOIDC, ResourceServer, ResourceServerInstance } from 'oidc-provider';

import type { TenantApplication, TenantUser } from '../../tenant/tenant.js';
import { invalidTarget } from './grant-errors.js';
import type { GrantEnvironment } from './grant-environment.js';

/** Who a token is issued for: a user or, without one, a machine-to-machine application. */
export interface TokenHolder {
  user?: TenantUser | undefined;
  application?: TenantApplication | undefined;
}

/**
 * An API resource as the provider needs it, with the scopes that the token's holder has there.
 *
 * @throws `invalid_target` for an unknown resource
 */
export function resourceServerInfo(
  environment: GrantEnvironment,
  indicator: string,
  { user, application }: TokenHolder,
  organizationId?: string,
): ResourceServer {
  const { permissions } = environment.tenant;
  const resource = environment.tenant.resource(indicator);
  if (!resource) {
    throw invalidTarget(environment);
  }
  let scopes: string[] = [];
  if (user) {
    scopes = permissions.ofUser(user, indicator, organizationId);
  } else if (application) {
    scopes = permissions.ofApplication(application, indicator, organizationId);
  }
  return jwtServer(environment, indicator, scopes, resource.accessTokenTtl);
}

/** The resource server for a token of an API resource; see {@link resourceServerInfo}. */
export function resourceServer(
  ctx: KoaContextWithOIDC,
  ...parameters: Parameters<typeof resourceServerInfo>
): ResourceServerInstance {
  return new ctx.oidc.provider.ResourceServer(parameters[1], resourceServerInfo(...parameters));
}

/** The resource server for an organization token. */
export function organizationServer(
  ctx: KoaContextWithOIDC,
  environment: GrantEnvironment,
  organizationId: string,
  scopes: string[],
): ResourceServerInstance {
  const audience = `urn:logto:organization:${organizationId}`;
  return new ctx.oidc.provider.ResourceServer(
    audience,
    jwtServer(environment, audience, scopes, environment.accessTokenTtl),
  );
}

function jwtServer(
  { algorithm }: GrantEnvironment,
  audience: string,
  scopes: string[],
  accessTokenTTL: number,
): ResourceServer {
  return {
    audience,
    scope: scopes.join(' '),
    accessTokenTTL,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: algorithm } },
  };
}
