import type { TenantUser } from '../../tenant/tenant.js';
import type { Directory, OrganizationRole } from '../directory.js';
import type { ManagementCall } from '../management-call.js';
import { unknownRelation } from '../management-error.js';

/** Makes a user a member of an organization with these roles, or replaces the roles that they have. */
export function setMembership(
  directory: Directory,
  user: TenantUser,
  id: string,
  roles: OrganizationRole[],
): void {
  const membership = { id, roles: [...new Set(roles.map(({ name }) => name))] };
  const isMember = user.organizations.some((one) => one.id === id);
  directory.parts.userChanges.update(user.id, {
    organizations: isMember
      ? user.organizations.map((one) => (one.id === id ? membership : one))
      : [...user.organizations, membership],
  });
}

/** A member's roles; undefined without a membership. */
export function rolesIn(
  directory: Directory,
  user: TenantUser,
  organizationId: string,
): OrganizationRole[] | undefined {
  const membership = user.organizations.find(({ id }) => id === organizationId);
  return membership && directory.organizationRoles(membership);
}

/** Ends a membership. @returns false if the user is not a member */
export function endMembership({ parts }: Directory, user: TenantUser, organizationId: string): boolean {
  const organizations = user.organizations.filter(({ id }) => id !== organizationId);
  if (organizations.length === user.organizations.length) return false;
  parts.userChanges.update(user.id, { organizations });
  return true;
}

/** The users that a body names. */
export function usersOf({ directory }: ManagementCall, userIds: string[]): TenantUser[] {
  return userIds.map((id) => {
    const user = directory.parts.tenant.users.get(id);
    if (!user) throw unknownRelation();
    return user;
  });
}
