import { describe, expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { LogtoModule } from 'nestjs-logto';
import { LogtoTestingModule, signedInAs, useLogtoTesting } from 'nestjs-logto/testing';
import { shop, startUnderTest } from './support/shop-under-test.js';

const options = {
  endpoint: 'https://shop.logto.app',
  appId: 'shop',
  baseUrl: 'http://localhost:3000',
  session: { secret: 'the-session-secret-of-the-shop' },
};

describe('The testing kit in production', () => {
  it('has no effect on an app with the real module', async () => {
    const { http } = await startUnderTest(shop([LogtoModule.forRoot(options)]));

    await http()
      .get('/account')
      .set(signedInAs({ sub: 'ada' }))
      .expect(401);
    await http()
      .get('/whoami')
      .set(signedInAs({ sub: 'ada' }))
      .expect(200, { isAuthenticated: false });
  });

  it('does not start with NODE_ENV=production', () => {
    const environment = jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: 'production' });
    const refused = expect.objectContaining({ code: 'production_refused' });

    expect(() => LogtoTestingModule.forRoot({ user: { sub: 'ada' } })).toThrow(refused);
    expect(() => useLogtoTesting(Test.createTestingModule({}))).toThrow(refused);
    environment.restore();
  });

  it.each([
    ['another process', `x${Object.values(signedInAs({ sub: 'ada' })).join('')}`],
    ['someone who only knows the format', 'eyJ1c2VyIjp7InN1YiI6ImFkYSJ9fQ'],
  ])('rejects headers that were written by %s', async (_name, forged) => {
    const { http } = await startUnderTest(shop([LogtoTestingModule.forRoot()]));

    const { body } = await http().get('/account').set('x-nestjs-logto-testing', forged).expect(400);
    expect(body.message).toContain('was not written in this process');
  });
});
