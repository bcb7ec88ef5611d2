import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LogtoManagement, LogtoManagementException, LogtoManagementModule } from 'nestjs-logto/management';
import { LogtoModule, type LogtoModuleOptions } from 'nestjs-logto';
import { logtoOptions, startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';

const issuer = await startIssuer();
const { machineToMachine } = issuer;

/** The client of an app, and the emulator that it calls. */
async function startManagement(logto: Partial<LogtoModuleOptions> = {}): Promise<LogtoManagement['client']> {
  const { app } = await startApp({
    issuer,
    imports: [LogtoManagementModule],
    logto: { machineToMachine, ...logto },
  });
  return app.get(LogtoManagement).client;
}

const ada = { params: { path: { userId: 'ada' } } };

describe('LogtoManagement', () => {
  let client: LogtoManagement['client'];

  beforeAll(async () => {
    client = await startManagement();
  });

  beforeEach(() => issuer.resetRequests());

  afterEach(() => issuer.clearFaults());

  it("calls the Management API with the types of Logto's OpenAPI document", async () => {
    const { data, response } = await client.GET('/api/users/{userId}', ada);

    expect(data?.primaryEmail).toBe('ada@example.com');
    expect(response.status).toBe(200);
    expect(issuer.requests('management')).toMatchObject([{ method: 'GET', path: '/api/users/ada' }]);
  });

  it('sends each of `search_params` as a parameter of its own, as Logto expects it', async () => {
    const { data, response } = await client.GET('/api/users', {
      params: { query: { page: 1, page_size: 5, search_params: { 'search.username': 'a%' } } },
    });

    expect(data?.map(({ username }) => username)).toEqual(['ada']);
    expect(response.headers.get('total-number')).toBe('1');
    expect(issuer.requests('management')[0]?.query).toEqual({
      page: '1',
      page_size: '5',
      'search.username': 'a%',
    });
  });

  it('returns no data if Logto sends the status text instead of a body', async () => {
    const { data: role } = await client.POST('/api/roles', {
      body: { name: 'editor', description: 'Edits.' },
    });
    const { data, error, response } = await client.POST('/api/roles/{id}/users', {
      params: { path: { id: role?.id ?? '' } },
      body: { userIds: ['bob'] },
    });

    expect({ data, error, status: response.status }).toEqual({
      data: undefined,
      error: undefined,
      status: 201,
    });
    expect(issuer.getUser('bob').roles).toEqual(['editor']);
  });

  it('requests one token for parallel calls, and caches it', async () => {
    const other = await startManagement();
    issuer.resetRequests();

    await Promise.all(Array.from({ length: 20 }, () => other.GET('/api/users/{userId}', ada)));
    await other.GET('/api/roles');

    expect(issuer.countRequests('token')).toBe(1);
    expect(issuer.requests('token')[0]?.body).toMatchObject({
      resource: 'https://default.logto.app/api',
      scope: 'all',
    });
    expect(issuer.countRequests('management')).toBe(21);
  });

  it('renews a refused token once, and sends the same request again', async () => {
    await issuer.rotateSigningKeys({ keepPrevious: false });

    const { data } = await client.PATCH('/api/users/{userId}', { ...ada, body: { name: 'Countess' } });

    expect(data?.name).toBe('Countess');
    expect(issuer.countRequests('token')).toBe(1);
    expect(issuer.countRequests('management')).toBe(2);
  });

  it('waits once if Logto asks it to', async () => {
    issuer.failNext('management', { status: 429, headers: { 'retry-after': '0' } });

    expect((await client.GET('/api/users/{userId}', ada)).data?.id).toBe('ada');
    expect(issuer.countRequests('management')).toBe(2);
  });

  it.each([
    ['does not say how long', {}, 1],
    ['wants it to wait for an hour', { 'retry-after': '3600' }, 1],
    ['asks again', { 'retry-after': '0' }, 2],
  ])('throws if Logto %s', async (_case, headers, requests) => {
    const body = { code: 'request.rate_limited', message: 'Slow down.' };
    issuer.failNext('management', { status: 429, headers, body, times: 2 });

    await expect(client.GET('/api/users/{userId}', ada)).rejects.toMatchObject({
      code: 'request.rate_limited',
      status: 429,
      transient: true,
    });
    expect(issuer.countRequests('management')).toBe(requests);
  });

  it('stops waiting when the caller aborts the request', async () => {
    issuer.failNext('management', { status: 429, headers: { 'retry-after': '9' } });
    const controller = new AbortController();
    const call = client.GET('/api/users/{userId}', { ...ada, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);

    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('runs the middleware that is added to the client', async () => {
    const other = await startManagement();
    other.use({ onRequest: ({ request }) => request.headers.set('x-request', 'mine') });

    await other.GET('/api/users/{userId}', ada);

    expect(issuer.requests('management').at(-1)?.headers).toMatchObject({ 'x-request': 'mine' });
  });
});

describe('A path parameter that leads to another path', () => {
  let client: LogtoManagement['client'];

  beforeAll(async () => {
    client = await startManagement();
  });

  beforeEach(() => issuer.resetRequests());

  const refused = {
    code: 'invalid_request',
    status: 400,
    publicMessage: 'An ID in the request is malformed.',
  };

  it('is refused: a member ".." would be the whole organization', async () => {
    const params = { path: { id: 'org_1', userId: '..' } };

    await expect(client.DELETE('/api/organizations/{id}/users/{userId}', { params })).rejects.toMatchObject(
      refused,
    );
    expect(issuer.countRequests('management')).toBe(0);
  });

  it.each<[unknown, string]>([
    ['.', 'each user'],
    ['', 'each user'],
    ['..', 'another collection'],
    [['..'], 'another collection'],
  ])('is refused: %j would be %s', async (userId, _other) => {
    const params = { path: { userId: userId as string } };

    await expect(client.GET('/api/users/{userId}', { params })).rejects.toMatchObject(refused);
    await expect(client.GET('/api/users/{userId}/roles', { params })).rejects.toMatchObject(refused);
    await expect(client.request('get', '/api/users/{userId}', { params })).rejects.toMatchObject(refused);
    expect(issuer.countRequests('management')).toBe(0);
  });

  it.each(['a/b', '../roles', '%2e%2e', 'a?b#c', '...', 'github|1'])(
    'is sent as it is if it is merely unusual: %j',
    async (userId) => {
      await expect(client.GET('/api/users/{userId}', { params: { path: { userId } } })).rejects.toMatchObject(
        {
          code: 'entity.not_found',
        },
      );
      expect(issuer.requests('management')[0]?.path).toBe(`/api/users/${encodeURIComponent(userId)}`);
    },
  );
});

describe('A refusal of the Management API', () => {
  let client: LogtoManagement['client'];

  beforeAll(async () => {
    client = await startManagement();
  });

  afterEach(() => issuer.clearFaults());

  it("is an exception with Logto's code, status and message", async () => {
    const refusal: unknown = await client
      .GET('/api/users/{userId}', { params: { path: { userId: 'nobody' } } })
      .catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(LogtoManagementException);
    expect(refusal).toMatchObject({
      code: 'entity.not_found',
      status: 404,
      logtoStatus: 404,
      transient: false,
    });

    await expect(client.POST('/api/users', { body: { username: 'ada' } })).rejects.toMatchObject({
      code: 'user.username_already_in_use',
      status: 422,
      message: 'The Management API refused the request with the status 422: This username is already in use.',
    });
    await expect(client.POST('/api/users', { body: { primaryEmail: 'no address' } })).rejects.toMatchObject({
      code: 'guard.invalid_input',
      status: 400,
      data: { type: 'body' },
    });
  });

  it('is 500 for the user if Logto answers 401, because Logto refuses the app', async () => {
    const body = { code: 'auth.unauthorized', message: 'Unauthorized.' };
    issuer.failNext('management', { status: 401, body, times: 2 });

    await expect(client.GET('/api/roles')).rejects.toMatchObject({
      code: 'auth.unauthorized',
      status: 500,
      logtoStatus: 401,
      needsOperator: true,
    });
  });

  it('says which role is missing if the application has no access', async () => {
    issuer.setApplication({ id: 'worker', secret: 'the-secret-of-the-worker', type: 'MachineToMachine' });
    const worker = await startManagement({
      machineToMachine: { appId: 'worker', appSecret: 'the-secret-of-the-worker' },
    });

    await expect(worker.GET('/api/roles')).rejects.toMatchObject({
      code: 'auth.forbidden',
      status: 403,
      message: expect.stringContaining('Assign a role with access to the Management API'),
    });

    const roles = ['Logto Management API access'];
    issuer.setApplication({
      id: 'worker',
      secret: 'the-secret-of-the-worker',
      type: 'MachineToMachine',
      roles,
    });
    expect((await worker.GET('/api/roles')).response.status).toBe(200);
  });

  it('has a code of this library if the response has none', async () => {
    issuer.failNext('management', { status: 404, body: '<h1>Not here</h1>', contentType: 'text/html' });

    await expect(client.GET('/api/roles')).rejects.toMatchObject({
      code: 'management_api_refused',
      status: 404,
    });
  });

  it('is transient while Logto fails', async () => {
    issuer.failNext('management', { status: 502, body: 'Bad gateway' });
    const unavailable = { code: 'provider_unavailable', status: 503, transient: true };
    await expect(client.GET('/api/roles')).rejects.toMatchObject(unavailable);

    issuer.failNext('management', { destroy: true });
    await expect(client.GET('/api/roles')).rejects.toMatchObject(unavailable);
  });
});

describe('The options', () => {
  afterEach(() => issuer.clearFaults());

  it('`http.timeout` limits each call', async () => {
    const client = await startManagement({ http: { timeout: 1000 } });
    await client.GET('/api/roles');
    issuer.failNext('management', { delay: Infinity });

    await expect(client.GET('/api/roles')).rejects.toMatchObject({
      code: 'provider_timeout',
      transient: true,
    });
  });

  it('`http.fetch` and `http.internalEndpoint` apply', async () => {
    const called: string[] = [];
    const behindProxy = await startIssuer({ endpoint: 'https://login.example.com' });
    const { app } = await startApp({
      issuer: behindProxy,
      imports: [LogtoManagementModule],
      logto: {
        machineToMachine: behindProxy.machineToMachine,
        http: {
          internalEndpoint: `http://localhost:${behindProxy.port}`,
          fetch: (input, init) => {
            called.push(new Request(input, init).url);
            return fetch(input, init);
          },
        },
      },
    });

    const { data } = await app.get(LogtoManagement).client.GET('/api/users/{userId}', ada);

    expect(data?.id).toBe('ada');
    expect(called).toContain(`http://localhost:${behindProxy.port}/api/users/ada`);
  });

  it('`management.resource` names the resource, and the error says so where it is needed', async () => {
    const client = await startManagement({ management: { resource: 'https://acme.logto.app/api' } });

    await expect(client.GET('/api/roles')).rejects.toMatchObject({
      code: 'invalid_target',
      message: expect.stringContaining("management: { resource: 'https://<tenant>.logto.app/api' }"),
    });
    expect(issuer.requests('token').at(-1)?.body).toMatchObject({ resource: 'https://acme.logto.app/api' });
  });

  it('`global: false` needs the module that exports LogtoModule', async () => {
    @Module({
      imports: [
        LogtoModule.forRoot({
          ...logtoOptions(issuer.endpoint, 'http://localhost:3000'),
          machineToMachine,
          global: false,
        }),
      ],
      exports: [LogtoModule],
    })
    class AuthModule {}
    const module = Test.createTestingModule({
      imports: [AuthModule, { module: LogtoManagementModule, imports: [AuthModule] }],
    });
    const { client } = (await module.compile()).get(LogtoManagement);

    expect((await client.GET('/api/users/{userId}', ada)).data?.id).toBe('ada');
  });

  it('`machineToMachine` is required, and the app does not start without it', async () => {
    await expect(startManagement({ machineToMachine: undefined })).rejects.toMatchObject({
      code: 'machine_to_machine_not_configured',
      message: expect.stringContaining('machineToMachine: { appId, appSecret }'),
    });
  });
});
