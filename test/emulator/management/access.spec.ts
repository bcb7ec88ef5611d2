import { describe, expect, it } from '@jest/globals';

import { managementToken, startManaged } from './support/management.js';

const { emulator } = await startManaged({
  applications: [{ id: 'machine', secret: 'a-machine-secret', type: 'MachineToMachine', roles: ['reader'] }],
});

const open = async (path: string, authorization?: string) => {
  const response = await fetch(`${emulator.endpoint}${path}`, {
    headers: { ...(authorization && { authorization }) },
  });
  return { status: response.status, body: await response.json() };
};

describe("The emulator's Management API", () => {
  it('accepts the application that comes with the emulator', async () => {
    const token = await managementToken(emulator);

    expect(await open('/api/users/ada', `Bearer ${token}`)).toMatchObject({
      status: 200,
      body: { id: 'ada' },
    });
  });

  it.each([
    ['without a token', 401, 'auth.authorization_header_missing', async () => undefined],
    [
      'with basic authentication',
      401,
      'auth.authorization_token_type_not_supported',
      async () => 'Basic YTpi',
    ],
    ['with a forged token', 401, 'auth.unauthorized', async () => 'Bearer ey.ey.ey'],
    [
      'with a token that has no scope',
      403,
      'auth.forbidden',
      async () => `Bearer ${await managementToken(emulator, emulator.machineToMachine, '')}`,
    ],
    [
      'with a token of an application without the role',
      403,
      'auth.forbidden',
      async () =>
        `Bearer ${await managementToken(emulator, { appId: 'machine', appSecret: 'a-machine-secret' })}`,
    ],
  ])('refuses a request %s', async (_case, status, code, authorization) => {
    expect(await open('/api/users', await authorization())).toEqual({
      status,
      body: { code, message: expect.any(String) },
    });
  });

  it('answers 404 to a request that it does not support', async () => {
    const token = await managementToken(emulator);

    expect(await open('/api/connectors', `Bearer ${token}`)).toEqual({
      status: 404,
      body: { code: 'emulator.not_supported', message: 'The emulator does not have GET /api/connectors.' },
    });
  });

  it('can be made to fail, and records the requests', async () => {
    emulator.resetRequests();
    emulator.failNext('management', { status: 503 });

    expect((await open('/api/users')).status).toBe(503);
    expect(emulator.requests('management')).toMatchObject([{ method: 'GET', path: '/api/users' }]);
  });
});
