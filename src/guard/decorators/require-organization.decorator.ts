import type { OrganizationSource } from '../requirements/organization-source.js';
import { requires } from '../requirements/requirement.js';

/**
 * Binds a request to an organization and requires a member of it: with a session a user who is a member, with a bearer
 * token a token of that organization.
 *
 * ```ts
 * @Get('organizations/:orgId/invoices')
 * @RequireOrganization({ param: 'orgId' })
 * ```
 * Not a member, or no organization in the request: 403 `organization_required`. For a session without the scope
 * `urn:logto:scope:organizations`: 500 `missing_scope_organizations`.
 * @param from the route parameter, the header, or a function that returns the organization's ID
 * @throws TypeError at definition when the argument is wrong
 */
export function RequireOrganization(from: OrganizationSource): ClassDecorator & MethodDecorator {
  const entries = typeof from === 'object' && from !== null ? Object.entries(from) : [];
  const [[key, name] = []] = entries;
  const isValid =
    typeof from === 'function' ||
    (entries.length === 1 &&
      (key === 'param' || key === 'header') &&
      typeof name === 'string' &&
      name !== '');
  if (!isValid) {
    throw new TypeError(
      '@RequireOrganization() takes { param: "orgId" }, { header: "x-org" } or a function.',
    );
  }
  return requires({ kind: 'organization', from });
}
