import { afterEach, describe, expect, it } from '@jest/globals';
import { LogtoTestingModule, signedInAs } from 'nestjs-logto/testing';
import { Recorder } from '../hooks/support/recorder.js';
import { LocalUserController, Users } from '../hooks/support/users.js';
import { resource } from '../support/logto/issuer.js';
import { shop, startUnderTest } from './support/shop-under-test.js';
import { ShopController } from './support/shop.controller.js';

const providers = [Users, Recorder];
const controllers = [ShopController, LocalUserController];
const testing = LogtoTestingModule.forRoot({ appId: 'shop', api: { audience: resource } });
const { app, http, agent } = await startUnderTest(
  shop([testing, { module: class App {}, providers }], controllers),
);
const users = app.get(Users);
const recorder = app.get(Recorder);

afterEach(() => {
  users.reset();
  recorder.reset();
});

describe('The testing kit', () => {
  it.each([
    ['session', '/local'],
    ['bearer', '/api/local'],
  ] as const)('calls the user resolver as in production: %s', async (as, path) => {
    const { body } = await http()
      .get(path)
      .set(signedInAs({ sub: 'ada' }, { as }))
      .expect(200);

    expect(body).toMatchObject({ localUser: { id: 1, sub: 'ada' } });
    expect(users.calls).toMatchObject([{ claims: { sub: 'ada' }, resolution: { credential: as } }]);
  });

  it.each([
    ['session', '/local'],
    ['bearer', '/api/local'],
  ] as const)('takes the localUser of signedInAs instead, for that request only: %s', async (as, path) => {
    const given = signedInAs({ sub: 'ada', localUser: { id: 7 } }, { as });
    const [first, second] = await Promise.all([
      http().get(path).set(given),
      http()
        .get(path)
        .set(signedInAs({ sub: 'ada' }, { as })),
    ]);

    expect([first.body.localUser, second.body.localUser]).toEqual([{ id: 7 }, { id: 1, sub: 'ada' }]);
    expect(users.calls).toHaveLength(1);
  });

  it('does not turn localUser into a claim', async () => {
    const { body } = await http()
      .get('/whoami')
      .set(signedInAs({ sub: 'ada', localUser: { id: 7 } }));

    expect(body.claims).not.toHaveProperty('localUser');
    expect(body.localUser).toEqual({ id: 7 });
  });

  it.each([
    ['session', '/local'],
    ['bearer', '/api/local'],
  ] as const)('denies a user whom the resolver refuses: %s', async (as, path) => {
    users.result = () => null;
    const { body } = await http()
      .get(path)
      .set(signedInAs({ sub: 'ada' }, { as }))
      .expect(403);

    expect(body).toMatchObject({ code: 'user_not_allowed' });
  });

  it('keeps the localUser of signedInAs when the claims are refreshed', async () => {
    const { body } = await http()
      .get('/refreshed')
      .set(signedInAs({ sub: 'ada', localUser: { id: 7 } }))
      .expect(200);

    expect(body.localUser).toEqual({ id: 7 });
  });

  it('runs @OnTokenRefresh() and @OnSignOut()', async () => {
    const ada = agent().set(signedInAs({ sub: 'ada' }));
    await ada.get('/refreshed').expect(200);
    await ada.get('/logto/sign-out').set('sec-fetch-mode', 'navigate').expect(302);

    expect(recorder.refreshes).toMatchObject([{ sub: 'ada' }]);
    expect(recorder.signOuts).toMatchObject([{ sub: 'ada', reason: 'user' }]);
  });

  it('leaves the context of an app without a resolver as it is', async () => {
    const plain = await startUnderTest(shop([LogtoTestingModule.forRoot()]));
    const { body } = await plain
      .http()
      .get('/whoami')
      .set(signedInAs({ sub: 'ada' }));

    expect(body).not.toHaveProperty('localUser');
  });
});
