import { z } from 'zod';

import { created, noContent, ok } from '../management-response.js';
import type { Resource } from '../directory.js';
import { resourceEntity, scopeEntity } from '../entities.js';
import type { ManagementCall } from '../management-call.js';
import { ManagementError, notExists } from '../management-error.js';
import { search } from '../search.js';

const accessTokenTtl = z.number().int().positive().optional();
const newResource = z.object({ name: z.string().min(1), indicator: z.url(), accessTokenTtl });
const changedResource = z.object({ name: z.string().min(1).optional(), accessTokenTtl });
const newScope = z.object({
  name: z.string().regex(/^\S+$/),
  description: z.string().nullable().optional(),
});

/** API resources and their scopes. */
export const resourceRoutes = {
  'GET /api/resources': listResources,
  'POST /api/resources': createResource,
  'GET /api/resources/{id}': (call: ManagementCall) => ok(resourceEntity(call.directory, resourceOf(call))),
  'PATCH /api/resources/{id}': changeResource,
  'DELETE /api/resources/{id}': deleteResource,
  'GET /api/resources/{resourceId}/scopes': listScopes,
  'POST /api/resources/{resourceId}/scopes': createScope,
  'DELETE /api/resources/{resourceId}/scopes/{scopeId}': deleteScope,
};

function resourceOf(call: ManagementCall): Resource {
  return call.directory.resource(call.param('id') || call.param('resourceId'));
}

function listResources(call: ManagementCall) {
  const { directory } = call;
  const hasScopes = call.hasFlag('includeScopes');
  return call.listOrPage(directory.options.resources, (resource) => ({
    ...resourceEntity(directory, resource),
    ...(hasScopes && { scopes: resource.scopes.map((name) => scopeEntity(directory, { resource, name })) }),
  }));
}

function createResource(call: ManagementCall) {
  const { directory } = call;
  const { name, indicator, accessTokenTtl: ttl } = call.body(newResource);
  if (directory.options.resources.some((one) => one.indicator === indicator)) {
    throw new ManagementError(
      422,
      'resource.resource_identifier_in_use',
      `The API identifier ${indicator} is already in use.`,
    );
  }
  const resource: Resource = { indicator, scopes: [], ...(ttl !== undefined && { accessTokenTtl: ttl }) };
  directory.ids.add(resource, { name });
  directory.options.resources.push(resource);
  return created({ ...resourceEntity(directory, resource), scopes: [] });
}

function changeResource(call: ManagementCall) {
  const resource = resourceOf(call);
  const { name, accessTokenTtl: ttl } = call.body(changedResource);
  const details = call.directory.ids.getOrCreate('resource', resource.indicator, resource);
  if (name !== undefined) details.name = name;
  resource.accessTokenTtl = ttl ?? resource.accessTokenTtl;
  return ok(resourceEntity(call.directory, resource));
}

function deleteResource(call: ManagementCall) {
  const resource = resourceOf(call);
  const { options } = call.directory;
  options.resources.splice(options.resources.indexOf(resource), 1);
  removeFromRoles(call, resource.indicator);
  return noContent();
}

function listScopes(call: ManagementCall) {
  const resource = resourceOf(call);
  const scopes = search(resource.scopes, call.query, (name) => ({ name }));
  return call.listOrPage(scopes, (name) => scopeEntity(call.directory, { resource, name }));
}

function createScope(call: ManagementCall) {
  const { directory } = call;
  const resource = resourceOf(call);
  const { name, description = null } = call.body(newScope);
  if (resource.scopes.includes(name)) {
    throw new ManagementError(422, 'scope.name_exists', `The scope name ${name} is already in use.`);
  }
  resource.scopes.push(name);
  directory.scopeDescriptions.set(directory.scopeId({ resource, name }), description);
  return created(scopeEntity(directory, { resource, name }));
}

function deleteScope(call: ManagementCall) {
  const resource = resourceOf(call);
  const scope = call.directory.scope(call.param('scopeId'));
  if (scope.resource !== resource) throw notExists('Scope', call.param('scopeId'));
  resource.scopes = resource.scopes.filter((name) => name !== scope.name);
  removeFromRoles(call, resource.indicator, scope.name);
  return noContent();
}

/** Removes the scopes of a resource, or one of them, from the roles. */
function removeFromRoles({ directory }: ManagementCall, indicator: string, name?: string): void {
  const isKept = (scope: { resource: string; name: string }) =>
    scope.resource !== indicator || (name !== undefined && scope.name !== name);
  for (const role of directory.options.roles) {
    role.scopes = role.scopes.filter(isKept);
  }
  for (const role of directory.options.organizationTemplate.roles) {
    role.resourceScopes = role.resourceScopes.filter(isKept);
  }
}
