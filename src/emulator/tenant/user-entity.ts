import type { TenantUser } from './tenant.js';

/** A user as a response of Logto's Management API. */
export function userEntity(user: TenantUser) {
  return { ...publicUser(user), hasPassword: user.password !== undefined };
}

/** A user in the format of Logto's webhooks. */
export function publicUser(user: TenantUser) {
  const { password: _password, roles: _roles, organizations: _organizations, ...entity } = user;
  return { ...entity, cimdClientId: null };
}
