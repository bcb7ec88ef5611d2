import type { TenantUser } from '../../tenant/tenant.js';
import { accessDenied } from './grant-errors.js';
import type { GrantEnvironment } from './grant-environment.js';

/**
 * @throws `access_denied` if the user is not a member of the organization, or has not consented to a third-party
 * application's access to it
 */
export function assertMembership(
  environment: GrantEnvironment,
  clientId: string,
  user: TenantUser,
  organizationId: string,
): void {
  const { tenant } = environment;
  if (!user.organizations.some(({ id }) => id === organizationId)) {
    throw accessDenied(environment, 'user is not a member of the organization');
  }
  if (
    tenant.applications.get(clientId)?.isThirdParty &&
    !tenant.consentedOrganizations.get(`${user.id}:${clientId}`)?.has(organizationId)
  ) {
    throw accessDenied(environment, 'organization access is not granted to the application');
  }
}
