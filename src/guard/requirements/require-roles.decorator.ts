import { namesAndOptions, requires, roleName, type RequirementOptions } from './requirement.js';

/**
 * Lets pass who has these roles at Logto. With a session they come from the ID token, or from userinfo where
 * the tenant keeps them out of it; the scope `roles` has to be asked for. Access tokens carry none unless the
 * tenant adds them.
 *
 * ```ts
 * @RequireRoles('admin')
 * @RequireRoles('admin', 'support', { mode: 'any' })
 * ```
 * Lacking: 403 `insufficient_role`; a bearer token without any: 403 `roles_not_in_token`.
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireRoles(...roles: (string | RequirementOptions)[]): ClassDecorator & MethodDecorator {
  const { names, mode } = namesAndOptions('RequireRoles', roles, roleName);
  return requires({ kind: 'roles', names, mode });
}
