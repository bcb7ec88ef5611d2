import type { ResolvedOptions } from './logto-emulator-schema.js';

const resource = 'https://default.logto.app/api';
const roleName = 'Logto Management API access';

/** Adds what every tenant of Logto has: the resource of the Management API, and the role with access to it. */
export function withManagementApi(options: ResolvedOptions): ResolvedOptions {
  const hasResource = options.resources.some(({ indicator }) => indicator === resource);
  const hasRole = options.roles.some(({ name }) => name === roleName);
  return {
    ...options,
    resources: [...options.resources, ...(hasResource ? [] : [{ indicator: resource, scopes: ['all'] }])],
    roles: [...options.roles, ...(hasRole ? [] : [{ name: roleName, scopes: [{ resource, name: 'all' }] }])],
  };
}
