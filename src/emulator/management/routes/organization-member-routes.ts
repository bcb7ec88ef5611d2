import { z } from 'zod';

import { userEntity } from '../../tenant/user-entity.js';
import { created, noContent } from '../management-response.js';
import { organizationRoleName } from '../entities.js';
import { idList } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';
import { notFound } from '../management-error.js';
import { endMembership, rolesIn, setMembership, usersOf } from './memberships.js';
import { matchesQuery, organizationOf } from './organization-routes.js';

/** The members of organizations. */
export const organizationMemberRoutes = {
  'GET /api/organizations/{id}/users': listMembers,
  'POST /api/organizations/{id}/users': addMembers,
  'PUT /api/organizations/{id}/users': replaceMembers,
  'DELETE /api/organizations/{id}/users/{userId}': removeMember,
};

function listMembers(call: ManagementCall) {
  const { directory, query } = call;
  const { id } = organizationOf(call);
  const roleId = query.get('organizationRoleId');
  const members = directory.users.flatMap((user) => {
    const roles = rolesIn(directory, user, id);
    return roles ? [{ user, roles: roles.map((role) => organizationRoleName(directory, role)) }] : [];
  });
  const found = members.filter(
    ({ user, roles }) =>
      (roleId === null || roles.some((role) => role.id === roleId)) &&
      matchesQuery(call, user.id, user.name, user.username, user.primaryEmail, user.primaryPhone),
  );
  return call.page(found, ({ user, roles }) => {
    const { hasPassword: _hasPassword, ...entity } = userEntity(user);
    return { ...entity, organizationRoles: roles };
  });
}

function addMembers(call: ManagementCall) {
  const { id } = organizationOf(call);
  const { userIds } = call.body(z.object({ userIds: idList.min(1) }));
  for (const user of usersOf(call, userIds)) {
    setMembership(call.directory, user, id, rolesIn(call.directory, user, id) ?? []);
  }
  return created({ userIds });
}

function replaceMembers(call: ManagementCall) {
  const { id } = organizationOf(call);
  const { userIds } = call.body(z.object({ userIds: idList }));
  const members = usersOf(call, userIds);
  for (const user of call.directory.users.filter((one) => !userIds.includes(one.id))) {
    endMembership(call.directory, user, id);
  }
  for (const user of members) {
    setMembership(call.directory, user, id, rolesIn(call.directory, user, id) ?? []);
  }
  return noContent();
}

function removeMember(call: ManagementCall) {
  const { id } = organizationOf(call);
  const user = call.directory.parts.tenant.users.get(call.param('userId'));
  if (!user || !endMembership(call.directory, user, id)) throw notFound();
  return noContent();
}
