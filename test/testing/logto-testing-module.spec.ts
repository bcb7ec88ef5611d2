import { describe, expect, it } from '@jest/globals';
import { UserScope } from 'nestjs-logto';
import { anonymous, LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { resource } from '../support/logto/issuer.js';
import { shop, startUnderTest, type ShopUnderTest } from './support/shop-under-test.js';

const ada = { sub: 'ada', name: 'Ada Lovelace', roles: ['admin'], scopes: ['read:orders'] };

describe('LogtoTestingModule in place of LogtoModule', () => {
  const shopWith = (options?: Parameters<typeof LogtoTestingModule.forRoot>[0]): Promise<ShopUnderTest> =>
    startUnderTest(shop([LogtoTestingModule.forRoot(options)]));

  it('treats requests as anonymous, and denies or redirects them as in production', async () => {
    const { http } = await shopWith();

    await http().get('/whoami').expect(200, { isAuthenticated: false });
    await http().get('/account').expect(401);
    const { headers } = await http().get('/account').set('accept', 'text/html').expect(302);
    expect(headers.location).toBe('/logto/sign-in?returnTo=%2Faccount');
  });

  it('signs every request in as its `user`', async () => {
    const { http } = await shopWith({ user: ada });

    await http().get('/account').expect(200, { sub: 'ada' });
    await http().get('/req-user').expect(200, { sub: 'ada' });
    await http().get('/admin').expect(200);
    await http().get('/orders').expect(200);
  });

  it('lets a single request be anonymous or another user’s', async () => {
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

  it('gives every request a bearer token of its `user` with `as: "bearer"`', async () => {
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

  it('accepts the options of an API that only accepts bearer tokens', async () => {
    const { http } = await shopWith({ api: { audience: resource }, user: ada });

    await http().get('/api/orders').expect(200);
    await http().get('/logto/sign-in').expect(404);
    const { body } = await http()
      .get('/api')
      .set(signedInAs(ada, { as: 'session' }))
      .expect(400);
    expect(body.message).toContain('only accepts bearer tokens');
  });

  it('limits what users have to the given `scopes` and `resources`', async () => {
    const { http } = await shopWith({ user: ada, scopes: [UserScope.Roles], resources: [resource] });

    await http().get('/admin').expect(200);
    const { body } = await http().get('/orders').expect(403);
    expect(body).toMatchObject({ code: 'insufficient_scope' });
  });

  it('reports wrong options as in production', async () => {
    const unknown = { ownRoutes: true } as object;
    await expect(startUnderTest(shop([LogtoTestingModule.forRoot(unknown)]))).rejects.toMatchObject({
      code: 'invalid_options',
      problems: [{ option: 'ownRoutes', remedy: expect.any(String) }],
    });
  });

  it('can be imported by several apps at once, each with its own keys', async () => {
    const imported = LogtoTestingModule.forRoot({ user: ada, as: 'bearer' });
    const first = await startUnderTest(shop([imported]));
    const second = await startUnderTest(shop([imported]));

    const [one, two] = await Promise.all([first.http().get('/api'), second.http().get('/api')]);
    await second.close();

    expect([one.status, two.status]).toEqual([200, 200]);
    await first.http().get('/api').expect(200);
  });
});
