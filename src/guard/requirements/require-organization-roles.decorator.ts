import { namesAndOptions, requires, roleName, type RequirementOptions } from './requirement.js';

/**
 * Lets pass who has these roles in the organization that `@RequireOrganization` binds. The scope
 * `urn:logto:scope:organization_roles` has to be asked for.
 *
 * Lacking: 403 `insufficient_organization_role`; a bearer token without any: 403 `roles_not_in_token`.
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireOrganizationRoles(
  ...roles: (string | RequirementOptions)[]
): ClassDecorator & MethodDecorator {
  const { names, mode } = namesAndOptions('RequireOrganizationRoles', roles, roleName);
  return requires({ kind: 'organizationRoles', names, mode });
}
