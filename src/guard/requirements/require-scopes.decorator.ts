import { namesAndOptions, requires, scopeName, type ScopeRequirementOptions } from './requirement.js';

/**
 * Lets pass whose access token has these scopes (RFC 6749 section 3.3), compared whole: `read` is not
 * `read:all`. With a session the scopes are those of the user's access token for the resource; where
 * `@RequireOrganization` binds an organization too, of the token for the resource in that organization.
 *
 * ```ts
 * @RequireScopes('read:things')
 * @RequireScopes('read:things', 'write:things', { mode: 'any', resource: 'https://api.example.com' })
 * ```
 * Lacking: 403 `insufficient_scope`.
 * @throws TypeError at definition when the arguments are wrong
 */
export function RequireScopes(
  ...scopes: (string | ScopeRequirementOptions)[]
): ClassDecorator & MethodDecorator {
  const { names, mode, options } = namesAndOptions<ScopeRequirementOptions>(
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
