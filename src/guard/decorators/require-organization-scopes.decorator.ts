import { parseArguments, scopeName } from './parse-arguments.js';
import { requires, type RequirementOptions } from '../requirements/requirement.js';

/**
 * Requires these permissions in the organization that `@RequireOrganization` binds: the scopes of the
 * organization token (`aud: urn:logto:organization:<id>`).
 *
 * Otherwise: 403 `insufficient_scope`; for a session without the scope `urn:logto:scope:organizations`: 500
 * `missing_scope_organizations`; without `@RequireOrganization`: 500 `requirement_incomplete`.
 * @param scopes permissions, optionally followed by `{ mode }`: `'all'` (the default) requires every one, `'any'` one
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireOrganizationScopes(
  ...scopes: (string | RequirementOptions)[]
): ClassDecorator & MethodDecorator {
  const { names, mode } = parseArguments('RequireOrganizationScopes', scopes, scopeName);
  return requires({ kind: 'organizationScopes', names, mode });
}
