import { namesAndOptions, requires, scopeName, type RequirementOptions } from './requirement.js';

/**
 * Lets pass who has these permissions in the organization that `@RequireOrganization` binds: the scopes of the
 * organization token (`aud: urn:logto:organization:<id>`).
 *
 * Lacking: 403 `insufficient_scope`.
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireOrganizationScopes(
  ...scopes: (string | RequirementOptions)[]
): ClassDecorator & MethodDecorator {
  const { names, mode } = namesAndOptions('RequireOrganizationScopes', scopes, scopeName);
  return requires({ kind: 'organizationScopes', names, mode });
}
