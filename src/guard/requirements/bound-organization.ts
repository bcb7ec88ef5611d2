import type { Request } from 'express';
import { organizationRequired } from './requirement-exceptions.js';
import type { OrganizationSource } from './organization-source.js';

/**
 * The organization that a request is bound to; `undefined` where nothing binds it.
 * @throws LogtoException `organization_required` when the sources name none, or name different ones
 */
export function boundOrganization(
  request: Request,
  sources: readonly OrganizationSource[],
): string | undefined {
  if (sources.length === 0) return undefined;
  const found = new Set(sources.map((source) => named(request, source)));
  const [only] = found;
  if (found.size > 1 || typeof only !== 'string' || only === '') throw organizationRequired();
  return only;
}

function named(request: Request, source: OrganizationSource): unknown {
  if (typeof source === 'function') return source(request);
  if ('param' in source) return (request.params as Record<string, unknown> | undefined)?.[source.param];
  // A header that is given twice reaches us joined by a comma, or as a list: neither is an organization's id.
  return request.headers[source.header.toLowerCase()];
}
