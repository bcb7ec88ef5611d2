import { z } from 'zod';

import { userEntity } from '../../tenant/user-entity.js';
import { created, noContent, ok } from '../management-response.js';
import type { Directory, Role } from '../directory.js';
import { resourceEntity, roleEntity, scopeEntity } from '../entities.js';
import { idList } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';
import { ManagementError, notFound } from '../management-error.js';
import { search } from '../search.js';
import { removeRole, renameRole } from './role-names.js';
import { searchable } from './user-routes.js';

const name = z.string().min(1).max(128);
const newRole = z.object({
  name,
  description: z.string().min(1),
  type: z.enum(['User', 'MachineToMachine']).default('User'),
  // The emulator has no default roles.
  isDefault: z.literal(false).optional(),
  scopeIds: idList.default([]),
});
const changedRole = z.object({
  name: name.optional(),
  description: z.string().min(1).optional(),
  isDefault: z.literal(false).optional(),
});

/** Tenant roles, their users and their scopes. */
export const roleRoutes = {
  'GET /api/roles': listRoles,
  'POST /api/roles': createRole,
  'GET /api/roles/{id}': (call: ManagementCall) => ok(roleEntity(call.directory, roleOf(call))),
  'PATCH /api/roles/{id}': changeRole,
  'DELETE /api/roles/{id}': deleteRole,
  'GET /api/roles/{id}/users': listUsers,
  'POST /api/roles/{id}/users': addUsers,
  'DELETE /api/roles/{id}/users/{userId}': removeUser,
  'GET /api/roles/{id}/scopes': listScopes,
  'POST /api/roles/{id}/scopes': addScopes,
  'DELETE /api/roles/{id}/scopes/{scopeId}': removeScope,
};

function roleOf(call: ManagementCall): Role {
  return call.directory.role(call.param('id'));
}

function listRoles(call: ManagementCall) {
  const { directory, query } = call;
  const type = query.get('type');
  const roles = directory.options.roles.filter(
    (role) => type === null || directory.roleDetails(role).type === type,
  );
  const found = search(roles, query, (role) => ({
    name: role.name,
    description: directory.roleDetails(role).description ?? null,
  }));
  return call.page(found, (role) => {
    const users = directory.users.filter(({ roles: names }) => names.includes(role.name));
    const applications = [...directory.parts.tenant.applications.values()].filter(({ roles: names }) =>
      names.includes(role.name),
    );
    return {
      ...roleEntity(directory, role),
      usersCount: users.length,
      featuredUsers: users
        .slice(0, 3)
        .map(({ id, avatar, name: userName }) => ({ id, avatar, name: userName })),
      applicationsCount: applications.length,
      featuredApplications: applications.slice(0, 3).map((application) => ({
        id: application.id,
        name: application.name ?? application.id,
        type: application.type,
      })),
    };
  });
}

function createRole(call: ManagementCall) {
  const { directory } = call;
  const body = call.body(newRole);
  assertUnused(directory, body.name);
  const scopes = body.scopeIds.map((id) => directory.scope(id));
  const role: Role = {
    name: body.name,
    scopes: scopes.map((scope) => ({ resource: scope.resource.indicator, name: scope.name })),
  };
  directory.ids.add(role, { description: body.description, type: body.type });
  directory.options.roles.push(role);
  return ok(roleEntity(directory, role));
}

function changeRole(call: ManagementCall) {
  const { directory } = call;
  const role = roleOf(call);
  const { name: newName = role.name, description } = call.body(changedRole);
  const details = directory.roleDetails(role);
  if (newName !== role.name) {
    assertUnused(directory, newName);
    renameRole(directory.roleHolders, role.name, newName);
    role.name = newName;
  }
  details.description = description ?? details.description ?? null;
  return ok(roleEntity(directory, role));
}

function deleteRole(call: ManagementCall) {
  const { directory } = call;
  const role = roleOf(call);
  directory.options.roles.splice(directory.options.roles.indexOf(role), 1);
  removeRole(directory.roleHolders, role.name);
  return noContent();
}

function assertUnused({ options }: Directory, newName: string): void {
  if (options.roles.some((role) => role.name === newName)) {
    throw new ManagementError(422, 'role.name_in_use', `The role name ${newName} is already in use.`);
  }
}

function listUsers(call: ManagementCall) {
  const role = roleOf(call);
  const users = call.directory.users.filter(({ roles }) => roles.includes(role.name));
  return call.page(search(users, call.query, searchable), userEntity);
}

function addUsers(call: ManagementCall) {
  const { name: role } = roleOf(call);
  const { userIds } = call.body(z.object({ userIds: idList }));
  const users = userIds.map((id) => call.directory.user(id));
  for (const { id, roles } of users) {
    if (roles.includes(role)) {
      throw new ManagementError(422, 'role.user_exists', `The user ID ${id} is already added to this role.`);
    }
  }
  for (const { id, roles } of users) {
    call.directory.parts.userChanges.update(id, { roles: [...roles, role] });
  }
  return created();
}

function removeUser(call: ManagementCall) {
  const { name: role } = roleOf(call);
  const { id, roles } = call.directory.user(call.param('userId'));
  if (!roles.includes(role)) throw notFound();
  call.directory.parts.userChanges.update(id, { roles: roles.filter((one) => one !== role) });
  return noContent();
}

function listScopes(call: ManagementCall) {
  const { directory } = call;
  return call.listOrPage(directory.grantedScopes(roleOf(call).scopes), (scope) => ({
    ...scopeEntity(directory, scope),
    resource: resourceEntity(directory, scope.resource),
  }));
}

function addScopes(call: ManagementCall) {
  const { directory } = call;
  const role = roleOf(call);
  const added = call.body(z.object({ scopeIds: idList })).scopeIds.map((id) => directory.scope(id));
  if (directory.grantedScopes(role.scopes).some((granted) => added.some((scope) => isSame(granted, scope)))) {
    throw new ManagementError(422, 'role.scope_exists', 'A scope is already added to this role.');
  }
  role.scopes.push(...added.map((scope) => ({ resource: scope.resource.indicator, name: scope.name })));
  return created(added.map((scope) => scopeEntity(directory, scope)));
}

function removeScope(call: ManagementCall) {
  const role = roleOf(call);
  const scope = call.directory.scope(call.param('scopeId'));
  const isRemoved = (one: Role['scopes'][number]) =>
    one.resource === scope.resource.indicator && one.name === scope.name;
  if (!role.scopes.some(isRemoved)) throw notFound();
  role.scopes = role.scopes.filter((one) => !isRemoved(one));
  return noContent();
}

function isSame(one: { resource: object; name: string }, other: { resource: object; name: string }): boolean {
  return one.resource === other.resource && one.name === other.name;
}
