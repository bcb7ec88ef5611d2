import { createServer } from 'node:http';
import { Server } from 'node:net';

import { describe, expect, it, jest } from '@jest/globals';
import {
  CookieJar,
  LogtoEmulatorError,
  startLogtoEmulator,
  type LogtoEmulator,
  type LogtoEmulatorOptions,
} from 'nestjs-logto/emulator';

import { resource } from '../support/logto/issuer.js';
import { withNodeEnv } from '../support/app/with-node-env.js';
import { Client } from './support/client.js';
import { webClient } from './support/web-client.js';
import { closeLater } from '../support/runner/leftovers.js';

const start = async (options: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> =>
  closeLater(await startLogtoEmulator({ port: 0, ...options }));

const tenant: LogtoEmulatorOptions = {
  users: [{ username: 'ada' }],
  applications: [{ id: 'web', secret: 'a-secret' }],
};
const signIn = (emulator: LogtoEmulator) =>
  webClient(emulator).signIn({ prompt: 'consent', scope: 'openid offline_access' });

const machine = { id: 'machine', secret: 'a-secret', type: 'MachineToMachine' as const };
/** Starts, uses and stops an emulator. */
const round = async () => {
  const emulator = await startLogtoEmulator({
    port: 0,
    applications: [machine],
    resources: [{ indicator: resource }],
  });
  const client = new Client(emulator, machine.id, '', machine.secret);
  const { status } = await client.clientCredentials({ resource });
  expect(status).toBe(200);
  await emulator.close();
};
/** Waits for connections that were just closed. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
const handles = () =>
  process.getActiveResourcesInfo().filter((name) => /TCP|Server|Socket|Timeout/.test(name)).length;

describe('The options of the emulator', () => {
  it('all have defaults', async () => {
    const emulator = await start();
    expect(emulator.endpoint).toBe(`http://localhost:${emulator.port}`);
    expect(emulator.issuer).toBe(`${emulator.endpoint}/oidc`);
  });

  it('may be the content of a JSON file, with its `$schema`', async () => {
    const file = '{ "$schema": "./logto-emulator.schema.json", "users": [{ "username": "ada" }] }';
    const emulator = await start(JSON.parse(file) as LogtoEmulatorOptions);
    expect(emulator.getUser('ada').username).toBe('ada');
  });

  it('are checked as a whole: the error lists every mistake by name and with a remedy', async () => {
    const options = {
      prot: 3001,
      users: [{ password: 'x' }, { username: '' }],
      applications: [{ id: 'web', type: 'Web' }],
      resources: [{ indicator: 'not a url' }],
    } as unknown as LogtoEmulatorOptions;
    const error = await startLogtoEmulator(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LogtoEmulatorError);
    expect(error).toMatchObject({ code: 'invalid_options' });
    const { message } = error as LogtoEmulatorError;
    expect(message).toContain('`prot`: there is no such option');
    expect(message).toContain('`users[0].username`: ');
    expect(message).toContain('`users[1].username`: must not be empty');
    expect(message).toContain('`applications[0].type`: ');
    expect(message).toContain('`resources[0].indicator`: must be an absolute URL');
  });

  it.each([
    ['email', 'primaryEmail'],
    ['phone', 'primaryPhone'],
    ['picture', 'avatar'],
    ['custom_data', 'customData'],
  ])('suggest the right name for the claim %s of a user', async (claim, option) => {
    const emulator = await start({ users: [{ username: 'ada' }] });
    const user = { username: 'alan', [claim]: 'x', nik: 'x' };
    const remedies = (path: string): string =>
      `- \`${path}${claim}\`: there is no such option; did you mean \`${option}\`?\n` +
      `- \`${path}nik\`: there is no such option; remove it`;

    await expect(start({ users: [user] })).rejects.toThrow(remedies('users[0].'));
    expect(() => emulator.addUser(user)).toThrow(remedies(''));
  });

  it('suggest no claim names anywhere else', async () => {
    const emulator = await start();
    const web = { id: 'web', email: 'x' };
    const remedy = 'email`: there is no such option; remove it';

    await expect(start({ applications: [web] })).rejects.toThrow(`\`applications[0].${remedy}`);
    await expect(start({ email: 'x' } as LogtoEmulatorOptions)).rejects.toThrow(`\`${remedy}`);
    expect(() => emulator.setApplication(web)).toThrow(`\`${remedy}`);
  });

  it.each<[string, LogtoEmulatorOptions, string]>([
    ['an unknown role', { users: [{ username: 'ada', roles: ['boss'] }] }, 'add it to `roles`'],
    [
      'an unknown organization',
      { users: [{ username: 'ada', organizations: [{ id: 'x' }] }] },
      'there is no organization "x"; add it to `organizations`',
    ],
    [
      'an unknown organization role',
      {
        organizations: [{ id: 'x', name: 'X' }],
        users: [{ username: 'ada', organizations: [{ id: 'x', roles: ['boss'] }] }],
      },
      'add it to `organizationTemplate.roles`',
    ],
    [
      'a scope that the resource does not have',
      {
        resources: [{ indicator: 'https://a.test' }],
        roles: [{ name: 'admin', scopes: [{ resource: 'https://a.test', name: 'read' }] }],
      },
      'resource "https://a.test" has no scope "read"',
    ],
    [
      'two users with the same name',
      { users: [{ username: 'ada' }, { username: 'ada' }] },
      '"ada" is used more than once',
    ],
    [
      'a web application without a secret',
      { applications: [{ id: 'a', type: 'Traditional' }] },
      'needs a secret',
    ],
    [
      'a public application with a secret',
      { applications: [{ id: 'a', secret: 's', type: 'SPA' }] },
      'cannot have one',
    ],
    ['an endpoint with a path', { endpoint: 'http://localhost/logto' }, 'use the origin only'],
    [
      'a native redirect URI that the provider refuses',
      { applications: [{ id: 'a', type: 'Native', redirectUris: ['http://app.test/callback'] }] },
      '`applications[0]`: ',
    ],
  ])('are refused with %s', async (_what, options, remedy) => {
    await expect(startLogtoEmulator({ port: 0, ...options })).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining(remedy),
    });
  });
});

describe('The emulator', () => {
  it('starts in less than half a second of CPU time', async () => {
    await start(tenant);
    const before = process.cpuUsage();
    const emulator = await start(tenant);
    expect((await fetch(`${emulator.issuer}/jwks`)).status).toBe(200);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(500);
  });

  it('refuses to start in production without `allowProduction`', async () => {
    await withNodeEnv('production', async () => {
      await expect(startLogtoEmulator({ port: 0 })).rejects.toMatchObject({ code: 'production_refused' });
      await start({ allowProduction: true });
    });
  });

  it('reports a port that is in use', async () => {
    const { port } = await start();
    await expect(startLogtoEmulator({ port })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`Port ${port} is in use`),
    });
  });

  it('reports a port that is in use on IPv6 only', async () => {
    const other = createServer();
    const free = await start();
    const { port } = free;
    await free.close();
    await new Promise<void>((resolve) => {
      other.listen(port, '::1', resolve);
    });
    try {
      await expect(startLogtoEmulator({ port })).rejects.toMatchObject({ code: 'port_in_use' });
    } finally {
      other.close();
    }
  });

  it('listens only on loopback, on IPv4 and IPv6', async () => {
    const listen = jest.spyOn(Server.prototype, 'listen');
    const { port } = await start();
    const addresses = listen.mock.contexts.map((server) => (server as Server).address());
    listen.mockRestore();
    // A server that was closed again, because its port was in use on IPv6, has no address.
    expect(addresses.filter((address) => address !== null)).toEqual([
      { address: '127.0.0.1', family: 'IPv4', port },
      { address: '::1', family: 'IPv6', port },
    ]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect((await fetch(`http://[::1]:${port}/`)).status).toBe(200);
  });

  it('uses the `endpoint` of a proxy or container as its issuer', async () => {
    const emulator = await start({ ...tenant, endpoint: 'https://logto.example.com/' });
    expect(emulator.issuer).toBe('https://logto.example.com/oidc');
    const discovery = await fetch(`http://localhost:${emulator.port}/oidc/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({
      issuer: 'https://logto.example.com/oidc',
      token_endpoint: 'https://logto.example.com/oidc/token',
    });
    const web = webClient(emulator);
    expect(await web.callback({ scope: 'openid' })).toMatchObject({ iss: 'https://logto.example.com/oidc' });
  });

  it('accepts forms from that `endpoint`, and from no other origin', async () => {
    const emulator = await start({ ...tenant, endpoint: 'https://logto.example.com' });
    const web = webClient(emulator);
    const inside = (url: string | URL): URL => {
      const { pathname, search } = new URL(url, emulator.endpoint);
      return new URL(pathname + search, `http://127.0.0.1:${emulator.port}`);
    };
    const begun = await fetch(inside(web.authorizationUrl({ scope: 'openid' })), { redirect: 'manual' });
    const cookies = new CookieJar();
    cookies.store(emulator.endpoint, begun);
    const post = (origin: string): Promise<Response> =>
      fetch(inside(begun.headers.get('location') ?? ''), {
        method: 'POST',
        redirect: 'manual',
        headers: { origin, cookie: cookies.header(emulator.endpoint) },
        body: new URLSearchParams({ user: emulator.getUser('ada').id }),
      });

    expect((await post('https://evil.example')).status).toBe(403);
    const taken = await post('https://logto.example.com');
    expect([taken.status, taken.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/logto\.example\.com\/oidc\/auth\//),
    ]);
  });

  it('prints nothing, and passes requests to `log`', async () => {
    const lines: string[] = [];
    const emulator = await start({ ...tenant, log: (line) => lines.push(line) });
    await signIn(emulator);
    expect(lines).toContain('POST /oidc/token 200');
  });
});

describe('Several emulators in one process', () => {
  it('are independent of each other', async () => {
    const [one, other] = await Promise.all([start(tenant), start(tenant)]);
    const { body } = await signIn(one);
    const otherClient = webClient(other);
    expect((await otherClient.refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
    expect(other.countRequests('authorization')).toBe(0);
  });

  it('leak neither handles nor memory: a hundred are started, used and stopped', async () => {
    for (let count = 0; count < 20; count += 1) {
      await round();
    }
    await settled();
    const before = { handles: handles(), heap: process.memoryUsage().heapUsed };
    for (let count = 0; count < 80; count += 1) {
      await round();
    }
    // One leak per round would be 80. A busy machine may still be closing the last ones.
    for (let look = 0; look < 100 && handles() >= before.handles + 20; look += 1) {
      await settled();
    }
    expect(handles()).toBeLessThan(before.handles + 20);
    // Without a forced collection this only notices large leaks, such as 80 providers.
    expect(process.memoryUsage().heapUsed - before.heap).toBeLessThan(40 * 1024 * 1024);
  }, 120_000);
});
