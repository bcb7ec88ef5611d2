import { z } from 'zod';

import { created, noContent, ok } from '../management-response.js';
import { organizationScopeEntity } from '../entities.js';
import type { ManagementCall } from '../management-call.js';
import { duplicateName } from '../management-error.js';
import { matchesQuery } from './organization-routes.js';

const newScope = z.object({
  name: z.string().min(1).max(128),
  description: z.string().max(256).nullable().default(null),
});

/** Organization scopes. */
export const organizationScopeRoutes = {
  'GET /api/organization-scopes': listScopes,
  'POST /api/organization-scopes': createScope,
  'GET /api/organization-scopes/{id}': (call: ManagementCall) =>
    ok(organizationScopeEntity(call.directory, call.directory.organizationScope(call.param('id')))),
  'DELETE /api/organization-scopes/{id}': deleteScope,
};

function listScopes(call: ManagementCall) {
  const found = call.directory.options.organizationTemplate.scopes.filter((name) => matchesQuery(call, name));
  return call.listOrPage(found, (name) => organizationScopeEntity(call.directory, name));
}

function createScope(call: ManagementCall) {
  const { directory } = call;
  const { name, description } = call.body(newScope);
  const { scopes } = directory.options.organizationTemplate;
  if (scopes.includes(name)) {
    throw duplicateName();
  }
  scopes.push(name);
  directory.scopeDescriptions.set(directory.organizationScopeId(name), description);
  return created(organizationScopeEntity(directory, name));
}

function deleteScope(call: ManagementCall) {
  const { organizationTemplate } = call.directory.options;
  const removed = call.directory.organizationScope(call.param('id'));
  organizationTemplate.scopes.splice(organizationTemplate.scopes.indexOf(removed), 1);
  for (const role of organizationTemplate.roles) {
    role.scopes = role.scopes.filter((name) => name !== removed);
  }
  return noContent();
}
