import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import { call, startApi } from '../guard/support/api.js';
import { ThingsController } from '../guard/support/things.controller.js';
import { admin, resource, things } from '../support/logto/issuer.js';
import { leftovers } from '../support/runner/leftovers.js';
import { Client, type Answer } from './support/client.js';
import { accessTokenOf } from './support/three-applications.js';

const clientId = 'https://client.example.com/oauth/client.json';
const redirectUri = 'http://localhost:4000/callback';
const scope = 'openid offline_access read:things';
const signIn = { scope, prompt: 'consent', resource };

/** The responses of the client's server, by URL. */
const documents = new Map<string, unknown>();
let fetched: string[] = [];

/** Responds for the client's server. Requests over `http:` go to a real server. */
const fetchDocument: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : input.toString();
  fetched.push(url);
  if (url.startsWith('http:')) return fetch(input, init);
  const document = documents.get(url);
  return document === undefined ? new Response('', { status: 404 }) : Response.json(document);
};

const documentOf = (id: string, changed: Record<string, unknown> = {}): Record<string, unknown> => ({
  client_id: id,
  client_name: 'An MCP client',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'none',
  ...changed,
});

/** Exchanges a code for the tokens of a resource, as MCP clients do. */
async function exchangeFor(client: Client, parameters: Record<string, string> = signIn): Promise<Answer> {
  const { code = '' } = await client.callback(parameters, { cookies: new CookieJar() });
  return client.token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: 'a'.repeat(43),
    resource,
  });
}

describe('A client whose id is the URL of its metadata document', () => {
  let emulator: LogtoEmulator;
  let client: Client;
  let server: Server;
  let localId: string;

  beforeAll(async () => {
    emulator = await startLogtoEmulator({
      port: 0,
      clientIdMetadataDocuments: true,
      users: [{ id: 'ada', username: 'ada', roles: ['admin'] }],
      applications: [{ id: 'web', secret: 'a-secret' }],
      resources: [things],
      roles: [admin],
      fetch: fetchDocument,
    });
    leftovers.add(() => emulator.close());
    server = createServer((request, response) => {
      const document = documents.get(`http://${request.headers.host}${request.url}`);
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    localId = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client.json`;
  });

  afterAll(() => {
    server.close();
  });

  beforeEach(() => {
    fetched = [];
    documents.set(clientId, documentOf(clientId));
    documents.set(localId, documentOf(localId));
    client = new Client(emulator, clientId, redirectUri);
  });

  it('may sign users in, which discovery announces', async () => {
    const discovery = await fetch(`${emulator.issuer}/.well-known/openid-configuration`);

    expect(await discovery.json()).toMatchObject({ client_id_metadata_document_supported: true });
    expect((await exchangeFor(client)).status).toBe(200);
    expect(fetched).toEqual([clientId]);
  });

  it('gets a JWT for the resource with the code, and an API accepts it', async () => {
    const answer = await exchangeFor(client);

    expect(accessTokenOf(answer)).toMatchObject({
      aud: resource,
      client_id: clientId,
      sub: 'ada',
      scope: 'read:things',
    });
    const api = await startApi({ issuer: emulator, controllers: [ThingsController] });
    const page = await call(api, '/things', String(answer.body['access_token']));
    expect(page.json()).toMatchObject({
      user: { claims: { sub: 'ada', client_id: clientId }, scopes: ['read:things'] },
    });
  });

  it('gets an opaque token with the code if the token request names no resource', async () => {
    const { code = '' } = await client.callback(signIn, { cookies: new CookieJar() });

    expect((await client.exchange(code)).body['access_token']).not.toContain('.');
  });

  it('gets refresh tokens, even if its document does not ask for them, and each refresh rotates', async () => {
    const { body } = await exchangeFor(client);
    const refreshed = await client.refresh(body['refresh_token'], { resource });

    expect(accessTokenOf(refreshed)).toMatchObject({ aud: resource, client_id: clientId });
    expect(refreshed.body['refresh_token']).not.toBe(body['refresh_token']);
  });

  it('needs PKCE', async () => {
    const url = client.authorizationUrl({ ...signIn, code_challenge: undefined });
    url.searchParams.delete('code_challenge_method');

    const callback = await emulator.signIn(url, { username: 'ada' });
    expect(callback.searchParams.get('error')).toBe('invalid_request');
  });

  it('asks for consent at each sign-in, and for its own grant', async () => {
    const cookies = new CookieJar();
    const consent = 'cancel';
    await client.callback(signIn, { cookies });

    const again = await emulator.signIn(client.authorizationUrl({ scope }), {
      username: 'ada',
      cookies,
      consent,
    });
    expect(again.searchParams.get('error')).toBe('access_denied');
  });

  it('can only use the redirect URIs of its document', async () => {
    const other = new Client(emulator, clientId, 'http://localhost:4000/other');

    await expect(other.callback(signIn)).rejects.toThrow('redirect_uri did not match');
  });

  it('may be on this machine, over http', async () => {
    const answer = await exchangeFor(new Client(emulator, localId, redirectUri));

    expect(accessTokenOf(answer)).toMatchObject({ aud: resource, client_id: localId });
  });

  it.each<[string, () => Record<string, unknown> | undefined]>([
    ['is missing', () => undefined],
    ['has another client id', () => ({ client_id: 'https://other.example.com/client.json' })],
    ['has a secret', () => ({ client_secret: 'a-secret' })],
    ['uses a secret', () => ({ token_endpoint_auth_method: 'client_secret_basic' })],
    ['has no redirect URI', () => ({ redirect_uris: undefined })],
  ])('is refused if its document %s', async (_, changed) => {
    for (const [index, id] of [`https://client.example.com/${Math.random()}`, localId].entries()) {
      const change = changed();
      if (change) documents.set(id, documentOf(id, change));
      else documents.delete(id);
      const url = new Client(emulator, id, redirectUri).authorizationUrl(signIn);
      const { status } = await fetch(url, { redirect: 'manual' });
      expect([index, status]).toEqual([index, 400]);
    }
  });

  it('is unknown over http on another host', async () => {
    const id = 'http://client.example.com/client.json';
    const url = new Client(emulator, id, redirectUri).authorizationUrl(signIn);

    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400);
    expect(fetched).toEqual([]);
  });
});

describe('Without `clientIdMetadataDocuments`', () => {
  it('no URL is a client id, and the error page names the option', async () => {
    const emulator = await startLogtoEmulator({ port: 0, fetch: fetchDocument });
    leftovers.add(() => emulator.close());
    fetched = [];
    const url = new Client(emulator, clientId, redirectUri).authorizationUrl(signIn);
    const response = await fetch(url, { headers: { accept: 'text/html' } });

    expect([response.status, fetched]).toEqual([400, []]);
    expect(await response.text()).toContain('clientIdMetadataDocuments: true');
    const discovery = await fetch(`${emulator.issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).not.toHaveProperty('client_id_metadata_document_supported');
  });
});
