import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import { freePort } from '../support/app/free-port.js';
import { leftovers } from '../support/runner/leftovers.js';
import { clientDocument, clientMetadataUrl, McpClient } from './support/mcp-client.js';
import { startSample } from './support/start-sample.js';

/** The server of the client, from which Logto fetches the metadata. */
const clientServer: typeof fetch = async (input) => {
  expect(input).toBe(clientMetadataUrl);
  return Response.json(clientDocument);
};

describe('An MCP client of the sample', () => {
  let emulator: LogtoEmulator;
  let url: string;
  const clients: McpClient[] = [];

  beforeAll(async () => {
    const port = await freePort();
    url = `http://localhost:${port}/mcp`;
    emulator = await startLogtoEmulator({
      port: 0,
      clientIdMetadataDocuments: true,
      users: [
        { id: 'ada', username: 'ada', roles: ['reader', 'librarian'] },
        { id: 'bob', username: 'bob', roles: ['reader'] },
      ],
      resources: [{ indicator: url, scopes: ['read:books', 'write:books'] }],
      roles: [
        { name: 'reader', scopes: [{ resource: url, name: 'read:books' }] },
        { name: 'librarian', scopes: [{ resource: url, name: 'write:books' }] },
      ],
      fetch: clientServer,
    });
    leftovers.add(() => emulator.close());
    await startSample({ PORT: String(port), LOGTO_ENDPOINT: emulator.endpoint, LOGTO_RESOURCE: url });
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  function newClient(username: string): McpClient {
    const client = new McpClient(url, emulator, username);
    clients.push(client);
    return client;
  }

  it('finds Logto by the challenge, signs in by its metadata document and calls a tool', async () => {
    const client = newClient('ada');
    await client.connect();

    expect(client.clientInformation()).toMatchObject({ client_id: clientMetadataUrl });
    expect(client.requestedScopes).toEqual(['read:books']);
    expect(await client.call('list-books')).toContain('The Education of a Computer');
  });

  it('steps up when a tool requires another scope, and keeps the first', async () => {
    const client = newClient('ada');
    await client.connect();

    expect(await client.call('add-book', { title: 'Ulysses' })).toBe('ada added Ulysses');
    expect(client.requestedScopes).toEqual(['read:books', 'read:books write:books']);
    expect(await client.call('list-books')).toContain('Ulysses');
    expect(client.requestedScopes).toHaveLength(2);
  });

  it('is denied if the user may not have the scope', async () => {
    const client = newClient('bob');
    await client.connect();

    await expect(client.call('add-book', { title: 'Forbidden' })).rejects.toThrow('403');
    expect(await client.call('list-books')).not.toContain('Forbidden');
  });

  it('learns from the challenge what the call of a tool requires', async () => {
    const client = newClient('bob');
    await client.connect();
    const response = await post(toolCall('add-book'), client.tokens()?.access_token);

    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="read:books write:books", ' +
        `resource_metadata="${url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')}"`,
    ]);
  });

  it('cannot bypass the guard of a tool with a batch', async () => {
    const client = newClient('bob');
    await client.connect();
    const response = await post([toolCall('add-book')], client.tokens()?.access_token);

    expect(await response.text()).toContain('This request requires the scope');
    expect(await client.call('list-books')).not.toContain('Batch');
  });

  it('finds the metadata of the server', async () => {
    const metadata = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', url));

    expect(await metadata.json()).toEqual({
      resource: url,
      authorization_servers: [emulator.issuer],
      scopes_supported: ['read:books', 'write:books'],
      bearer_methods_supported: ['header'],
      resource_name: 'Reading room',
    });
  });

  const toolCall = (name: string): object => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: { title: 'Batch' } },
  });

  const post = (body: object, token = ''): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
    });
});
