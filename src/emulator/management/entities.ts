import type { TenantOrganization } from '../tenant/tenant.js';
import type { Directory, Invitation, OrganizationRole, Resource, ResourceScope, Role } from './directory.js';

/* Entities in the format of the Management API. */

const tenantId = 'default';

export function roleEntity(directory: Directory, role: Role) {
  const { id, description, type = 'User' } = directory.roleDetails(role);
  return { tenantId, id, name: role.name, description: description ?? '', type, isDefault: false };
}

export function resourceEntity(directory: Directory, resource: Resource) {
  const { indicator, accessTokenTtl = directory.options.ttl.accessToken } = resource;
  const { id, name = indicator } = directory.ids.getOrCreate('resource', indicator, resource);
  return { tenantId, id, name, indicator, isDefault: false, accessTokenTtl };
}

export function scopeEntity(directory: Directory, scope: ResourceScope) {
  const { id: resourceId, createdAt } = directory.ids.getOrCreate(
    'resource',
    scope.resource.indicator,
    scope.resource,
  );
  const id = directory.scopeId(scope);
  const description = directory.scopeDescriptions.get(id) ?? null;
  return { tenantId, id, resourceId, name: scope.name, description, createdAt };
}

export function organizationEntity(directory: Directory, organization: TenantOrganization) {
  const { id, name, description, customData } = organization;
  const { createdAt } = directory.ids.getOrCreate('organization', id, organization);
  const appearance = { color: {}, branding: {}, customCss: null };
  return { tenantId, id, name, description, customData, isMfaRequired: false, ...appearance, createdAt };
}

export function organizationRoleEntity(directory: Directory, role: OrganizationRole) {
  const { id, description = null, type = 'User' } = directory.organizationRoleDetails(role);
  return { tenantId, id, name: role.name, description, type };
}

/** An organization role in a list of roles. */
export function organizationRoleName(directory: Directory, role: OrganizationRole) {
  return { id: directory.organizationRoleDetails(role).id, name: role.name };
}

export function organizationScopeEntity(directory: Directory, name: string) {
  const id = directory.organizationScopeId(name);
  return { tenantId, id, name, description: directory.scopeDescriptions.get(id) ?? null };
}

export function invitationEntity(directory: Directory, invitation: Invitation) {
  const { organization, roles, status, ...rest } = invitation;
  const isExpired = status === 'Pending' && invitation.expiresAt <= Date.now();
  return {
    tenantId,
    ...rest,
    organizationId: organization.id,
    status: isExpired ? ('Expired' as const) : status,
    organizationRoles: roles.map((role) => organizationRoleName(directory, role)),
  };
}
