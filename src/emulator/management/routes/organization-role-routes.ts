import { z } from 'zod';

import { created, noContent, ok } from '../management-response.js';
import type { Directory, OrganizationRole } from '../directory.js';
import { organizationRoleEntity, organizationScopeEntity, resourceEntity, scopeEntity } from '../entities.js';
import { idList } from '../body-schemas.js';
import type { ManagementCall } from '../management-call.js';
import { duplicateName, notFound } from '../management-error.js';
import { matchesQuery } from './organization-routes.js';
import { removeRole, renameRole } from './role-names.js';

const description = z.string().max(256).nullable().optional();
const newRole = z.object({
  name: z.string().min(1).max(128),
  description,
  type: z.enum(['User', 'MachineToMachine']).default('User'),
  organizationScopeIds: idList.default([]),
  resourceScopeIds: idList.default([]),
});
const changedRole = z.object({ name: z.string().min(1).max(128).optional(), description });
const scopesBody = z.object({ organizationScopeIds: idList });
const resourceScopesBody = z.object({ scopeIds: idList });

/** Organization roles and their scopes. */
export const organizationRoleRoutes = {
  'GET /api/organization-roles': listRoles,
  'POST /api/organization-roles': createRole,
  'GET /api/organization-roles/{id}': (call: ManagementCall) =>
    ok(organizationRoleEntity(call.directory, roleOf(call))),
  'PATCH /api/organization-roles/{id}': changeRole,
  'DELETE /api/organization-roles/{id}': deleteRole,
  'GET /api/organization-roles/{id}/scopes': (call: ManagementCall) =>
    call.listOrPage(roleOf(call).scopes, (name) => organizationScopeEntity(call.directory, name)),
  'POST /api/organization-roles/{id}/scopes': addScopes,
  'PUT /api/organization-roles/{id}/scopes': replaceScopes,
  'DELETE /api/organization-roles/{id}/scopes/{organizationScopeId}': removeScope,
  'GET /api/organization-roles/{id}/resource-scopes': (call: ManagementCall) =>
    call.listOrPage(call.directory.grantedScopes(roleOf(call).resourceScopes), (scope) =>
      scopeEntity(call.directory, scope),
    ),
  'POST /api/organization-roles/{id}/resource-scopes': addResourceScopes,
  'PUT /api/organization-roles/{id}/resource-scopes': replaceResourceScopes,
};

function roleOf(call: ManagementCall): OrganizationRole {
  return call.directory.organizationRole(call.param('id'));
}

function listRoles(call: ManagementCall) {
  const { directory } = call;
  const found = directory.options.organizationTemplate.roles.filter(({ name }) => matchesQuery(call, name));
  return call.listOrPage(found, (role) => ({
    ...organizationRoleEntity(directory, role),
    scopes: role.scopes.map((name) => ({ id: directory.organizationScopeId(name), name })),
    resourceScopes: directory.grantedScopes(role.resourceScopes).map((scope) => {
      const { id, name } = resourceEntity(directory, scope.resource);
      return { id: directory.scopeId(scope), name: scope.name, resource: { id, name } };
    }),
  }));
}

function createRole(call: ManagementCall) {
  const { directory } = call;
  const body = call.body(newRole);
  assertUnused(directory, body.name);
  const role: OrganizationRole = {
    name: body.name,
    scopes: body.organizationScopeIds.map((id) => directory.organizationScope(id)),
    resourceScopes: resourceScopes(directory, body.resourceScopeIds),
  };
  directory.ids.add(role, { description: body.description ?? null, type: body.type });
  directory.options.organizationTemplate.roles.push(role);
  return created(organizationRoleEntity(directory, role));
}

function changeRole(call: ManagementCall) {
  const { directory } = call;
  const role = roleOf(call);
  const { name = role.name, description: changed } = call.body(changedRole);
  const details = directory.organizationRoleDetails(role);
  if (name !== role.name) {
    assertUnused(directory, name);
    renameRole(directory.memberships, role.name, name);
    role.name = name;
  }
  if (changed !== undefined) details.description = changed;
  return ok(organizationRoleEntity(directory, role));
}

function deleteRole(call: ManagementCall) {
  const { directory } = call;
  const role = roleOf(call);
  const { roles } = directory.options.organizationTemplate;
  roles.splice(roles.indexOf(role), 1);
  removeRole(directory.memberships, role.name);
  return noContent();
}

function assertUnused({ options }: Directory, name: string): void {
  if (options.organizationTemplate.roles.some((role) => role.name === name)) {
    throw duplicateName();
  }
}

function addScopes(call: ManagementCall) {
  const role = roleOf(call);
  const names = organizationScopes(call);
  role.scopes = [...new Set([...role.scopes, ...names])];
  return created();
}

function replaceScopes(call: ManagementCall) {
  roleOf(call).scopes = organizationScopes(call);
  return noContent();
}

function removeScope(call: ManagementCall) {
  const role = roleOf(call);
  const removed = call.directory.organizationScope(call.param('organizationScopeId'));
  if (!role.scopes.includes(removed)) throw notFound();
  role.scopes = role.scopes.filter((name) => name !== removed);
  return noContent();
}

function addResourceScopes(call: ManagementCall) {
  const role = roleOf(call);
  const added = resourceScopes(call.directory, call.body(resourceScopesBody).scopeIds);
  role.resourceScopes = [...role.resourceScopes, ...added];
  return created();
}

function replaceResourceScopes(call: ManagementCall) {
  const { scopeIds } = call.body(resourceScopesBody);
  roleOf(call).resourceScopes = resourceScopes(call.directory, scopeIds);
  return noContent();
}

function organizationScopes(call: ManagementCall): string[] {
  const { organizationScopeIds } = call.body(scopesBody);
  return organizationScopeIds.map((id) => call.directory.organizationScope(id));
}

function resourceScopes(directory: Directory, scopeIds: string[]): OrganizationRole['resourceScopes'] {
  const scopes = scopeIds.map((id) => directory.scope(id));
  return scopes.map(({ resource, name }) => ({ resource: resource.indicator, name }));
}
