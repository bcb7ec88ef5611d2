import { z } from 'zod';

import { created, noContent, ok } from '../management-response.js';
import { roleEntity } from '../entities.js';
import { idList } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';
import { ManagementError, notFound } from '../management-error.js';
import { search } from '../search.js';
import { userOf } from './user-routes.js';

const roleIdsBody = z.object({ roleIds: idList });

/** The tenant roles of users. */
export const userRoleRoutes = {
  'GET /api/users/{userId}/roles': listRoles,
  'POST /api/users/{userId}/roles': addRoles,
  'PUT /api/users/{userId}/roles': replaceRoles,
  'DELETE /api/users/{userId}/roles/{roleId}': removeRole,
};

function listRoles(call: ManagementCall) {
  const { roles: names } = userOf(call);
  const roles = call.directory.options.roles.filter(({ name }) => names.includes(name));
  const found = search(roles, call.query, ({ name }) => ({ name }));
  return call.listOrPage(found, (role) => roleEntity(call.directory, role));
}

function addRoles(call: ManagementCall) {
  const { id, roles: before } = userOf(call);
  const { roleIds } = call.body(roleIdsBody);
  const added = assignableRoles(call, roleIds).filter(({ name }) => !before.includes(name));
  call.directory.parts.userChanges.update(id, { roles: [...before, ...added.map(({ name }) => name)] });
  return created({ roleIds, addedRoleIds: added.map((role) => call.directory.roleDetails(role).id) });
}

function replaceRoles(call: ManagementCall) {
  const { id } = userOf(call);
  const { roleIds } = call.body(roleIdsBody);
  const roles = assignableRoles(call, roleIds).map(({ name }) => name);
  call.directory.parts.userChanges.update(id, { roles });
  return ok({ roleIds });
}

function removeRole(call: ManagementCall) {
  const { id, roles } = userOf(call);
  const { name } = call.directory.role(call.param('roleId'));
  if (!roles.includes(name)) throw notFound();
  call.directory.parts.userChanges.update(id, { roles: roles.filter((one) => one !== name) });
  return noContent();
}

function assignableRoles({ directory }: ManagementCall, ids: string[]) {
  const roles = [...new Set(ids)].map((id) => directory.role(id));
  if (roles.some((role) => directory.roleDetails(role).type !== 'User')) {
    throw new ManagementError(
      422,
      'user.invalid_role_type',
      'A role for applications cannot be assigned to a user.',
    );
  }
  return roles;
}
