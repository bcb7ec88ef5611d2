import { parseArguments, roleName } from './parse-arguments.js';
import { requires, type RequirementOptions } from '../requirements/requirement.js';

/**
 * Requires these roles in the organization that `@RequireOrganization` binds. Add the scope
 * `urn:logto:scope:organization_roles` to `scopes` in the options.
 *
 * Otherwise: 403 `insufficient_organization_role`; for a bearer token without any roles: 403 `roles_not_in_token`; for a
 * session without the scope: 500 `missing_scope_organization_roles`; without `@RequireOrganization`: 500
 * `requirement_incomplete`.
 * @param roles names of roles, optionally followed by `{ mode }`: `'all'` (the default) requires every role, `'any'` one
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireOrganizationRoles(
  ...roles: (string | RequirementOptions)[]
): ClassDecorator & MethodDecorator {
  const { names, mode } = parseArguments('RequireOrganizationRoles', roles, roleName);
  return requires({ kind: 'organizationRoles', names, mode });
}
