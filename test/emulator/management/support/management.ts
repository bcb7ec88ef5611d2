import { createApiClient } from '@logto/api/management';
import { startLogtoEmulator, type LogtoEmulator, type LogtoEmulatorOptions } from 'nestjs-logto/emulator';

import { leftovers } from '../../../support/runner/leftovers.js';

/** The client of `@logto/api` itself, so that these specs see what every client of Logto sees. */
export type ManagementClient = ReturnType<typeof createApiClient>;

/** An access token for the Management API. */
export async function managementToken(
  emulator: LogtoEmulator,
  { appId, appSecret } = emulator.machineToMachine,
  scope = 'all',
): Promise<string> {
  const response = await fetch(`${emulator.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${appId}:${appSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: 'https://default.logto.app/api',
      scope,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Starts an emulator with a tenant to manage. It is closed after the test. */
export async function startManaged(
  options: LogtoEmulatorOptions = {},
): Promise<{ emulator: LogtoEmulator; client: ManagementClient }> {
  const emulator = await startLogtoEmulator({
    port: 0,
    users: [
      {
        id: 'ada',
        username: 'ada',
        password: 'lovelace',
        name: 'Ada Lovelace',
        primaryEmail: 'ada@example.com',
      },
      { id: 'grace', username: 'grace', name: 'Grace Hopper' },
    ],
    applications: [{ id: 'web', secret: 'a-secret' }],
    resources: [{ indicator: 'https://api.example.com', scopes: ['read', 'write'] }],
    roles: [{ name: 'reader', scopes: [{ resource: 'https://api.example.com', name: 'read' }] }],
    organizationTemplate: { scopes: ['invite', 'bill'], roles: [{ name: 'member', scopes: ['invite'] }] },
    organizations: [{ id: 'acme', name: 'Acme' }],
    ...options,
  });
  leftovers.add(() => emulator.close());
  const token = await managementToken(emulator);
  return { emulator, client: createApiClient({ baseUrl: emulator.endpoint, getToken: async () => token }) };
}

/** The parameters of a path. */
export const at = <Path extends Record<string, string>>(path: Path) => ({ params: { path } });
