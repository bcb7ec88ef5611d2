import { applicationSchema, type ResolvedOptions } from './logto-emulator-schema.js';

/** The resource of the Management API. */
export const managementApiResource = 'https://default.logto.app/api';

/** The role with access to the Management API. */
export const managementApiRole = 'Logto Management API access';

/** The machine-to-machine application that has the role. */
export const managementApplication = { appId: 'management', appSecret: 'management-secret' } as const;

/**
 * Adds the resource of the Management API and the role with access to it, which every tenant of Logto has. Also adds an
 * application that has the role.
 */
export function withManagementApi(options: ResolvedOptions): ResolvedOptions {
  const { resources, roles, applications } = options;
  const { appId, appSecret } = managementApplication;
  const hasResource = resources.some(({ indicator }) => indicator === managementApiResource);
  const hasRole = roles.some(({ name }) => name === managementApiRole);
  const hasApplication = applications.some(({ id }) => id === appId);
  const resource = { indicator: managementApiResource, scopes: ['all'] };
  const role = { name: managementApiRole, scopes: [{ resource: managementApiResource, name: 'all' }] };
  const application = applicationSchema.parse({
    id: appId,
    secret: appSecret,
    name: 'Management API',
    type: 'MachineToMachine',
    roles: [managementApiRole],
  });
  return {
    ...options,
    resources: [...resources, ...(hasResource ? [] : [resource])],
    roles: [...roles, ...(hasRole ? [] : [role])],
    applications: [...applications, ...(hasApplication ? [] : [application])],
  };
}
