import { parseArguments, roleName } from './parse-arguments.js';
import { requires, type RequirementOptions } from '../requirements/requirement.js';

/**
 * Requires these roles at Logto. With a session they come from the ID token, or from userinfo if the tenant leaves them
 * out of it; add the scope `roles` to `scopes` in the options. Access tokens have roles only if the tenant adds them.
 *
 * ```ts
 * @RequireRoles('admin')
 * @RequireRoles('admin', 'support', { mode: 'any' })
 * ```
 * Otherwise: 403 `insufficient_role`; for a bearer token without any roles: 403 `roles_not_in_token`; for a session without
 * the scope `roles`: 500 `missing_scope_roles`.
 * @param roles names of roles, optionally followed by `{ mode }`: `'all'` (the default) requires every role, `'any'` one
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireRoles(...roles: (string | RequirementOptions)[]): ClassDecorator & MethodDecorator {
  const { names, mode } = parseArguments('RequireRoles', roles, roleName);
  return requires({ kind: 'roles', names, mode });
}
