import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ForbiddenException, ServiceUnavailableException } from '@nestjs/common';
import { accessTenant } from '../guard/support/access-tenant.js';
import { call, refusalOf, startApi } from '../guard/support/api.js';
import type { TestApp } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { hang } from './support/recorder.js';
import { LocalUserController, Users } from './support/users.js';

describe('The user resolver for a bearer token', () => {
  const tenant = accessTenant();
  let api: TestApp;
  let users: Users;

  beforeAll(async () => {
    api = await start();
    users = api.app.get(Users);
  });

  afterEach(() => {
    users.reset();
    tenant.tokens.forgetSessions();
  });

  const start = (parts: { cache?: false } = {}): Promise<TestApp> =>
    startApi({
      issuer: tenant.issuer,
      controllers: [LocalUserController],
      providers: [Users],
      logto: { hookTimeout: 100 },
      api: { audience: resource, ...parts },
    });

  const token = (username = 'ada'): Promise<string> => tenant.tokens.ofUser(username, { resource });

  it('gets the claims of the token and the request', async () => {
    const page = await call(api, '/api/local', await token());

    expect(page.json()).toEqual({ localUser: { id: 1, sub: 'ada' }, sub: 'ada' });
    expect(users.calls).toMatchObject([
      { claims: { sub: 'ada', aud: resource }, resolution: { credential: 'bearer' } },
    ]);
    expect(users.calls[0]?.resolution.request.path).toBe('/api/local');
  });

  it('is called once for each verified token', async () => {
    const [ada, bob] = [await token('ada'), await token('bob')];
    await Promise.all([1, 2, 3].map(() => call(api, '/api/local', ada)));
    await call(api, '/api/local', bob);
    await call(api, '/api/local', ada);

    expect(users.calls.map(({ claims }) => claims.sub)).toEqual(['ada', 'bob']);
  });

  it('is called at each request without the cache', async () => {
    const uncached = await start({ cache: false });
    const ada = await token();
    for (let request = 0; request < 2; request += 1) await call(uncached, '/api/local', ada);

    expect(uncached.app.get(Users).calls).toHaveLength(2);
  });

  it('is not called for a token that is rejected', async () => {
    const otherApi = await tenant.tokens.ofUser('ada', { resource: 'https://other.example.com' });
    const ofOrganization = await tenant.tokens.ofUser('ada', { resource, organizationId: 'org_1' });

    expect((await call(api, '/api/local', otherApi)).status).toBe(401);
    expect((await call(api, '/api/local', ofOrganization)).status).toBe(403);
    expect(users.calls).toEqual([]);
  });

  it('returns a user of which each request gets a copy', async () => {
    const ada = await token();
    await call(api, '/api/change', ada);

    expect((await call(api, '/api/local', ada)).json()).toMatchObject({ localUser: { id: 1 } });
  });

  it('denies the request with 403 by returning null, until it returns a user', async () => {
    const ada = await token();
    users.result = () => null;
    expect(refusalOf(await call(api, '/api/local', ada))).toEqual({
      status: 403,
      code: 'user_not_allowed',
      challenge: null,
    });

    users.reset();
    expect((await call(api, '/api/local', ada)).status).toBe(200);
  });

  it.each([
    {
      what: 'throws',
      answer: () => {
        throw new Error('the database is down');
      },
      status: 500,
      code: 'hook_failed',
    },
    {
      what: 'throws a ServiceUnavailableException',
      answer: () => {
        throw new ServiceUnavailableException();
      },
      status: 503,
      code: 'hook_failed',
    },
    {
      what: 'throws a ForbiddenException',
      answer: () => {
        throw new ForbiddenException();
      },
      status: 403,
      code: 'user_not_allowed',
    },
    { what: 'hangs', answer: hang, status: 503, code: 'hook_timeout' },
    { what: 'returns nothing', answer: () => undefined, status: 500, code: 'local_user_invalid' },
  ])('denies the request if it $what, and is called again', async ({ answer, status, code }) => {
    const ada = await token();
    users.result = answer;
    expect(refusalOf(await call(api, '/api/local', ada))).toMatchObject({ status, code });

    users.result = () => ({ id: 2 });
    expect((await call(api, '/api/local', ada)).json()).toMatchObject({ localUser: { id: 2 } });
    expect(users.calls).toHaveLength(2);
  });
});
