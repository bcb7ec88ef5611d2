import type { ResourceServer } from 'oidc-provider';

import type { TenantApplication, TenantUser } from '../../tenant/tenant.js';
import type { GrantEnvironment } from './grant-environment.js';

/** The holder of a token: a user or, without one, a machine-to-machine application. */
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
  organizationId: string | undefined,
): ResourceServer {
  const { permissions } = environment.tenant;
  const resource = environment.tenant.resource(indicator);
  if (!resource) throw new environment.errors.InvalidTarget();
  let scopes: string[] = [];
  if (user) {
    scopes = permissions.ofUser(user, indicator, organizationId);
  } else if (application) {
    scopes = permissions.ofApplication(application, indicator, organizationId);
  }
  return jwtServerInfo(environment, indicator, scopes, resource.accessTokenTtl);
}

/** A resource server whose access tokens are JWTs. */
export function jwtServerInfo(
  { algorithm }: GrantEnvironment,
  audience: string,
  scopes: string[],
  accessTokenTTL: number,
): ResourceServer {
  const jwt = { sign: { alg: algorithm } };
  return { audience, scope: scopes.join(' '), accessTokenTTL, accessTokenFormat: 'jwt', jwt };
}
