import { z } from 'zod';

import type { TenantOrganization } from '../../tenant/tenant.js';
import { created, noContent, ok } from '../management-response.js';
import { organizationEntity } from '../entities.js';
import { randomId } from '../entity-ids.js';
import type { ManagementCall } from '../management-call.js';
import { endMembership } from './memberships.js';

const customData = z.record(z.string(), z.unknown());
const newOrganization = z.object({
  name: z.string().min(1).max(128),
  description: z.string().max(256).nullable().default(null),
  customData: customData.default({}),
});
const changedOrganization = z
  .object({ name: z.string().min(1).max(128), description: z.string().max(256).nullable(), customData })
  .partial();

/** Organizations. */
export const organizationRoutes = {
  'GET /api/organizations': listOrganizations,
  'POST /api/organizations': createOrganization,
  'GET /api/organizations/{id}': (call: ManagementCall) =>
    ok(organizationEntity(call.directory, organizationOf(call))),
  'PATCH /api/organizations/{id}': changeOrganization,
  'DELETE /api/organizations/{id}': deleteOrganization,
};

/** The organization of the path. */
export function organizationOf(call: ManagementCall): TenantOrganization {
  return call.directory.organization(call.param('id'));
}

/** Whether a text contains what the query parameter `q` asks for. */
export function matchesQuery({ query }: ManagementCall, ...texts: (string | null)[]): boolean {
  const wanted = query.get('q')?.toLowerCase() ?? '';
  return wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted));
}

function listOrganizations(call: ManagementCall) {
  const { directory } = call;
  const found = directory.options.organizations.filter(({ id, name, description }) =>
    matchesQuery(call, id, name, description),
  );
  const isFeatured = call.hasFlag('showFeatured');
  return call.page(found, (organization) => {
    const members = directory.users.filter(({ organizations }) =>
      organizations.some(({ id }) => id === organization.id),
    );
    const featuredUsers = members.slice(0, 3).map(({ id, avatar, name }) => ({ id, avatar, name }));
    return {
      ...organizationEntity(directory, organization),
      ...(isFeatured && { usersCount: members.length, featuredUsers }),
    };
  });
}

function createOrganization(call: ManagementCall) {
  const { directory } = call;
  const organization: TenantOrganization = { ...call.body(newOrganization), id: randomId().slice(0, 12) };
  directory.ids.add(organization);
  directory.options.organizations.push(organization);
  return created(organizationEntity(directory, organization));
}

function changeOrganization(call: ManagementCall) {
  const organization = organizationOf(call);
  Object.assign(organization, call.body(changedOrganization));
  return ok(organizationEntity(call.directory, organization));
}

function deleteOrganization(call: ManagementCall) {
  const { directory } = call;
  const organization = organizationOf(call);
  const { organizations } = directory.options;
  for (const user of directory.users) {
    endMembership(directory, user, organization.id);
  }
  for (const application of directory.parts.tenant.applications.values()) {
    application.organizations = application.organizations.filter(({ id }) => id !== organization.id);
  }
  for (const invitation of directory.invitations.values()) {
    if (invitation.organization === organization) directory.invitations.delete(invitation.id);
  }
  organizations.splice(organizations.indexOf(organization), 1);
  return noContent();
}
