import type { OrganizationSource } from './organization-source.js';
import { requires } from './requirement.js';

/**
 * Binds a request to an organization, and lets only its members pass: with a session who is a member, with a
 * bearer token whose token is that organization's.
 *
 * ```ts
 * @Get('organizations/:orgId/invoices')
 * @RequireOrganization({ param: 'orgId' })
 * ```
 * @param from the route parameter, the header, or a function that finds the organization's id
 *
 * Not a member, or no organization named: 403 `organization_required`.
 * @throws TypeError at definition when the argument is wrong
 */
export function RequireOrganization(from: OrganizationSource): ClassDecorator & MethodDecorator {
  const named = typeof from === 'object' && from !== null ? Object.entries(from) : [];
  const [[key, name] = []] = named;
  const valid =
    typeof from === 'function' ||
    (named.length === 1 && (key === 'param' || key === 'header') && typeof name === 'string' && name !== '');
  if (!valid) {
    throw new TypeError(
      '@RequireOrganization() takes { param: "orgId" }, { header: "x-org" } or a function.',
    );
  }
  return requires({ kind: 'organization', from });
}
