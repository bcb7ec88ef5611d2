import type { Request } from 'express';
import { organizationRequired } from './requirement-exceptions.js';
import type { OrganizationSource } from './organization-source.js';

/**
 * The ID of the organization that a request is bound to; `undefined` if its route does not bind it.
 * @throws LogtoException `organization_required` when the sources find no ID, or different ones
 */
export function boundOrganization(
  request: Request,
  sources: readonly OrganizationSource[],
): string | undefined {
  if (sources.length === 0) return undefined;
  const ids = new Set(sources.map((source) => readId(request, source)));
  const [only] = ids;
  if (ids.size > 1 || typeof only !== 'string' || only === '') throw organizationRequired();
  return only;
}

function readId(request: Request, source: OrganizationSource): unknown {
  if (typeof source === 'function') return source(request);
  if ('param' in source) return (request.params as Record<string, unknown> | undefined)?.[source.param];
  // Node joins repeated headers with a comma, or makes them a list. Neither is an organization's ID.
  return request.headers[source.header.toLowerCase()];
}
