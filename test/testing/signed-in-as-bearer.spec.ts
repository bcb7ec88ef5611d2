import { describe, expect, it } from '@jest/globals';
import { signedInAs } from 'nestjs-logto/testing';
import { resource } from '../support/logto/issuer.js';
import { startShop } from './support/start-shop.js';
import { ada, bob } from './support/users.js';

const { http } = await startShop();

describe('A bearer token of signedInAs', () => {
  it('gives the handler the claims and scopes of the token', async () => {
    const { body } = await http()
      .get('/api')
      .set(signedInAs(ada, { as: 'bearer' }))
      .expect(200);

    expect(body).toMatchObject({
      isAuthenticated: true,
      claims: { sub: 'ada', aud: resource, client_id: 'shop', scope: 'read:orders' },
      scopes: ['read:orders'],
    });
  });

  it('is accepted only where bearer tokens are accepted', async () => {
    await http()
      .get('/account')
      .set(signedInAs(ada, { as: 'bearer' }))
      .expect(401);
    await http().get('/api').set(signedInAs(ada)).expect(401);
    await http().get('/either').set(signedInAs(ada)).expect(200, { sub: 'ada' });
    await http()
      .get('/either')
      .set(signedInAs(ada, { as: 'bearer' }))
      .expect(200, { sub: 'ada' });
  });

  it('lacks the scopes that the user lacks', async () => {
    await http()
      .get('/api/orders')
      .set(signedInAs(ada, { as: 'bearer' }))
      .expect(200);
    const { headers } = await http()
      .get('/api/orders')
      .set(signedInAs(bob, { as: 'bearer' }))
      .expect(403);
    expect(headers['www-authenticate']).toBe('Bearer error="insufficient_scope", scope="read:orders"');
  });

  it('is rejected when it is for another API', async () => {
    const other = { as: 'bearer', resource: 'https://other.example.com' } as const;
    const { headers } = await http().get('/api').set(signedInAs(ada, other)).expect(401);
    expect(headers['www-authenticate']).toContain('invalid_token');
  });

  it('is rejected once it has expired', async () => {
    const { headers } = await http()
      .get('/api')
      .set(signedInAs(ada, { as: 'bearer', expired: true }))
      .expect(401);
    expect(headers['www-authenticate']).toContain('The token has expired.');
  });

  it('has roles only when `tokenClaims` adds them', async () => {
    const { body } = await http()
      .get('/api/admin')
      .set(signedInAs(ada, { as: 'bearer' }))
      .expect(403);
    expect(body.code).toBe('roles_not_in_token');
    await http()
      .get('/api/admin')
      .set(signedInAs(ada, { as: 'bearer', tokenClaims: { roles: ['admin'] } }))
      .expect(200);
  });

  it('has `auth_time` only when `signedInAgo` is given', async () => {
    await http()
      .get('/api/delete-account')
      .set(signedInAs(ada, { as: 'bearer' }))
      .expect(401);
    await http()
      .get('/api/delete-account')
      .set(signedInAs(ada, { as: 'bearer', signedInAgo: 10 }))
      .expect(200);
  });

  it('is accepted for its own organization only', async () => {
    const acme = signedInAs(ada, { as: 'bearer', organizationId: 'acme' });
    await http().get('/api/organizations/acme').set(acme).expect(200);
    await http().get('/api/organizations/globex').set(acme).expect(403);
    await http().get('/api').set(acme).expect(403);
    await http()
      .get('/api/organizations/acme')
      .set(signedInAs(ada, { as: 'bearer', organizationId: 'acme', resource }))
      .expect(200);
  });
});
