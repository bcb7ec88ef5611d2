import { z } from 'zod';

import type { TenantUser } from '../../tenant/tenant.js';
import { created, noContent, ok } from '../management-response.js';
import type { OrganizationRole } from '../directory.js';
import { organizationRoleEntity, organizationScopeEntity } from '../entities.js';
import { idList } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';
import { ManagementError, notFound, unknownRelation } from '../management-error.js';
import { rolesIn, setMembership, usersOf } from './memberships.js';
import { organizationOf } from './organization-routes.js';

const rolesBody = z.object({
  organizationRoleIds: idList.default([]),
  organizationRoleNames: idList.default([]),
});

/** The roles of members of organizations. */
export const organizationMemberRoleRoutes = {
  'POST /api/organizations/{id}/users/roles': addRolesToMembers,
  'GET /api/organizations/{id}/users/{userId}/roles': (call: ManagementCall) =>
    call.listOrPage(memberOf(call).roles, (role) => organizationRoleEntity(call.directory, role)),
  'POST /api/organizations/{id}/users/{userId}/roles': addRoles,
  'PUT /api/organizations/{id}/users/{userId}/roles': replaceRoles,
  'DELETE /api/organizations/{id}/users/{userId}/roles/{organizationRoleId}': removeRole,
  'GET /api/organizations/{id}/users/{userId}/scopes': listScopes,
};

/** The member of the path with their roles. @throws `organization.require_membership` */
function memberOf(call: ManagementCall): {
  user: TenantUser;
  organizationId: string;
  roles: OrganizationRole[];
} {
  const { id: organizationId } = organizationOf(call);
  const user = call.directory.parts.tenant.users.get(call.param('userId'));
  const roles = user && rolesIn(call.directory, user, organizationId);
  if (!roles) {
    throw new ManagementError(
      422,
      'organization.require_membership',
      'The user must be a member of the organization to proceed.',
    );
  }
  return { user, organizationId, roles };
}

function addRolesToMembers(call: ManagementCall) {
  const { directory } = call;
  const { id } = organizationOf(call);
  const { userIds, organizationRoleIds } = call.body(
    z.object({ userIds: idList.min(1), organizationRoleIds: idList.min(1) }),
  );
  const added = organizationRoleIds.map((roleId) => directory.organizationRole(roleId));
  for (const user of usersOf(call, userIds)) {
    const roles = rolesIn(directory, user, id);
    if (!roles) throw unknownRelation();
    setMembership(directory, user, id, [...roles, ...added]);
  }
  return created();
}

/** The roles that a body names by id or by name. */
function rolesInBody(call: ManagementCall): OrganizationRole[] {
  const { directory } = call;
  const { organizationRoleIds, organizationRoleNames } = call.body(rolesBody);
  const byName = directory.options.organizationTemplate.roles.filter(({ name }) =>
    organizationRoleNames.includes(name),
  );
  if (byName.length < organizationRoleNames.length) throw unknownRelation();
  return [...organizationRoleIds.map((id) => directory.organizationRole(id)), ...byName];
}

function addRoles(call: ManagementCall) {
  const { user, organizationId, roles } = memberOf(call);
  const added = rolesInBody(call);
  setMembership(call.directory, user, organizationId, [...roles, ...added]);
  return created({
    organizationRoleIds: added.map((role) => call.directory.organizationRoleDetails(role).id),
  });
}

function replaceRoles(call: ManagementCall) {
  const { user, organizationId } = memberOf(call);
  setMembership(call.directory, user, organizationId, rolesInBody(call));
  return noContent();
}

function removeRole(call: ManagementCall) {
  const { user, organizationId, roles } = memberOf(call);
  const removed = call.directory.organizationRole(call.param('organizationRoleId'));
  if (!roles.includes(removed)) throw notFound();
  const others = roles.filter((role) => role !== removed);
  setMembership(call.directory, user, organizationId, others);
  return noContent();
}

function listScopes(call: ManagementCall) {
  const { directory } = call;
  const { user, organizationId } = memberOf(call);
  const names = directory.parts.tenant.permissions.inOrganization(user, organizationId) ?? [];
  return ok(names.map((name) => organizationScopeEntity(directory, name)));
}
