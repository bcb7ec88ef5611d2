import { parseArguments, scopeName } from './parse-arguments.js';
import { requires, type ScopeRequirementOptions } from '../requirements/requirement.js';

/**
 * Requires an access token with these scopes (RFC 6749 section 3.3), compared whole: `read` is not `read:all`. With a
 * session it is the user's access token for the resource, in the organization that `@RequireOrganization` binds, if any.
 *
 * ```ts
 * @RequireScopes('read:things')
 * @RequireScopes('read:things', 'write:things', { mode: 'any', resource: 'https://api.example.com' })
 * ```
 * Otherwise: 403 `insufficient_scope`; if it is unknown whose scopes count: 500 `requirement_incomplete`.
 * @param scopes scopes, optionally followed by `{ mode, resource }`: `'all'` (the default) requires every scope, `'any'` one
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireScopes(
  ...scopes: (string | ScopeRequirementOptions)[]
): ClassDecorator & MethodDecorator {
  const { names, mode, options } = parseArguments<ScopeRequirementOptions>(
    'RequireScopes',
    scopes,
    scopeName,
    ['mode', 'resource'],
  );
  const { resource } = options;
  if (resource !== undefined && (typeof resource !== 'string' || resource === '')) {
    throw new TypeError('@RequireScopes(): resource is the indicator of an API resource.');
  }
  return requires({ kind: 'scopes', names, mode, resource });
}
