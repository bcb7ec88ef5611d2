import { afterEach, describe, expect, it } from '@jest/globals';
import { UserScope } from 'nestjs-logto';
import { anonymous, LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { resource, shop, started, type ShopUnderTest } from './support.js';

const ada = { sub: 'ada', name: 'Ada Lovelace', roles: ['admin'], scopes: ['read:orders'] };

describe('LogtoTestingModule in place of LogtoModule', () => {
  let tested: ShopUnderTest;

  afterEach(() => tested.close());

  async function shopWith(
    options?: Parameters<typeof LogtoTestingModule.forRoot>[0],
  ): Promise<ShopUnderTest> {
    tested = await started(shop([LogtoTestingModule.forRoot(options)]));
    return tested;
  }

  it('has nobody signed in, and refuses or redirects as in production', async () => {
    const { http } = await shopWith();

    await http().get('/whoami').expect(200, { isAuthenticated: false });
    await http().get('/account').expect(401);
    const { headers } = await http().get('/account').set('accept', 'text/html').expect(302);
    expect(headers.location).toBe('/logto/sign-in?returnTo=%2Faccount');
  });

  it('makes every request that of the user it is given', async () => {
    const { http } = await shopWith({ user: ada });

    await http().get('/account').expect(200, { sub: 'ada' });
    await http().get('/req-user').expect(200, { sub: 'ada' });
    await http().get('/admin').expect(200);
    await http().get('/orders').expect(200);
  });

  it("lets one request be nobody's or another user's all the same", async () => {
    const { http } = await shopWith({ user: ada });

    await http().get('/account').set(anonymous()).expect(401);
    await http()
      .get('/account')
      .set(signedInAs({ sub: 'bob' }))
      .expect(200, { sub: 'bob' });
    await http()
      .get('/admin')
      .set(signedInAs({ sub: 'bob' }))
      .expect(403);
    await http().get('/account').expect(200, { sub: 'ada' });
  });

  it('makes every request carry a bearer token of the user where that is the way', async () => {
    const { http } = await shopWith({ user: ada, as: 'bearer' });

    await http().get('/api/orders').expect(200);
    await http().get('/account').expect(401);
    await http().get('/api').set(anonymous()).expect(401);
    await http().get('/api').set('authorization', 'Bearer forged').expect(401);
    await http()
      .get('/api')
      .set(signedInAs({ sub: 'bob' }))
      .expect(200);
  });

  it('takes the options of an API that has bearer tokens alone', async () => {
    const { http } = await shopWith({ api: { audience: resource }, user: ada });

    await http().get('/api/orders').expect(200);
    await http().get('/logto/sign-in').expect(404);
    const { body } = await http()
      .get('/api')
      .set(signedInAs(ada, { as: 'session' }))
      .expect(400);
    expect(body.message).toContain('only takes bearer tokens');
  });

  it("gives a user no more than the app's own scopes and resources ask for, when it is told them", async () => {
    const { http } = await shopWith({ user: ada, scopes: [UserScope.Roles], resources: [resource] });

    await http().get('/admin').expect(200);
    const { body } = await http().get('/orders').expect(403);
    expect(body).toMatchObject({ code: 'insufficient_scope' });
  });

  it('says what is wrong with the options, as in production', async () => {
    tested = await started(shop([LogtoTestingModule.forRoot()]));

    const unknown = { ownRoutes: true } as object;
    await expect(started(shop([LogtoTestingModule.forRoot(unknown)]))).rejects.toMatchObject({
      code: 'invalid_options',
      problems: [{ option: 'ownRoutes', remedy: expect.any(String) }],
    });
  });

  it('can be imported by several apps at once, each with its own keys', async () => {
    const imported = LogtoTestingModule.forRoot({ user: ada, as: 'bearer' });
    tested = await started(shop([imported]));
    const other = await started(shop([imported]));

    const [one, two] = await Promise.all([tested.http().get('/api'), other.http().get('/api')]);
    await other.close();

    expect([one.status, two.status]).toEqual([200, 200]);
    await tested.http().get('/api').expect(200);
  });
});
