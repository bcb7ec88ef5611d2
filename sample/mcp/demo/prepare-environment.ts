import { startLogtoEmulator } from 'nestjs-logto/emulator';

/** Sets environment variables that are not set, and starts an emulator of Logto if it is needed. */
export async function prepareEnvironment(): Promise<void> {
  const { env } = process;
  env.PORT ||= '3200';
  const resource = (env.LOGTO_RESOURCE ||= `http://localhost:${env.PORT}/mcp`);
  if (env.LOGTO_ENDPOINT) return;

  const { endpoint } = await startLogtoEmulator({
    port: 0,
    // For clients that identify themselves by a metadata document. Others use the registered application.
    clientIdMetadataDocuments: true,
    applications: [{ id: 'mcp-client', type: 'Native', name: 'MCP client' }],
    users: [
      { username: 'ada', password: 'lovelace', name: 'Ada Lovelace', roles: ['reader', 'librarian'] },
      { username: 'bob', password: 'babbage', name: 'Bob', roles: ['reader'] },
    ],
    resources: [{ indicator: resource, scopes: ['read:books', 'write:books'] }],
    roles: [
      { name: 'reader', scopes: [{ resource, name: 'read:books' }] },
      { name: 'librarian', scopes: [{ resource, name: 'write:books' }] },
    ],
  });
  env.LOGTO_ENDPOINT = endpoint;
}
