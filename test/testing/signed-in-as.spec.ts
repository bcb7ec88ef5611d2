import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { anonymous, signedInAs } from 'nestjs-logto/testing';
import { resource } from '../support/logto/issuer.js';
import { startShop } from './support/start-shop.js';
import { ada, bob } from './support/users.js';

const tested = await startShop();
const { http } = tested;

describe('signedInAs', () => {
  describe('by a session', () => {
    it('signs in that request only', async () => {
      await http().get('/account').set(signedInAs(ada)).expect(200, { sub: 'ada' });
      await http().get('/account').expect(401);
    });

    it('gives the handler the claims of an ID token', async () => {
      const { body } = await http().get('/whoami').set(signedInAs(ada)).expect(200);

      expect(body).toEqual({
        isAuthenticated: true,
        claims: {
          sub: 'ada',
          name: 'Ada Lovelace',
          email: 'ada@example.com',
          roles: ['admin'],
          organizations: ['acme', 'globex'],
          organization_roles: ['acme:owner'],
          iss: 'https://logto.example.com/oidc',
          aud: 'shop',
          iat: expect.any(Number),
          exp: expect.any(Number),
          auth_time: expect.any(Number),
        },
      });
    });

    it('leaves out claims whose scope the app does not request', async () => {
      const user = { ...ada, phone_number: '+44 20', address: { country: 'UK' } };
      const { body } = await http().get('/whoami').set(signedInAs(user)).expect(200);

      expect(body.claims).not.toHaveProperty('phone_number');
      expect(body.claims).not.toHaveProperty('address');
    });

    it('keeps custom claims and null values', async () => {
      const user = { ...ada, picture: null, shoe_size: 38 };
      const { body } = await http().get('/whoami').set(signedInAs(user)).expect(200);

      expect(body.claims).toMatchObject({ picture: null, shoe_size: 38 });
    });

    it('sets req.user', async () => {
      await http().get('/req-user').set(signedInAs(ada)).expect(200, { sub: 'ada' });
    });

    it('returns from userinfo what is not in the ID token', async () => {
      const user = { ...ada, userInfo: { email: 'ada@new.example.com', nickname: 'Countess' } };
      const { body } = await http().get('/user-info').set(signedInAs(user)).expect(200);

      expect(body).toEqual({
        sub: 'ada',
        name: 'Ada Lovelace',
        nickname: 'Countess',
        email: 'ada@new.example.com',
        custom_data: { plan: 'pro' },
        roles: ['admin'],
        organizations: ['acme', 'globex'],
        organization_roles: ['acme:owner'],
        organization_data: [
          { id: 'acme', name: 'Acme Ltd', description: null },
          { id: 'globex', name: 'globex', description: null },
        ],
      });
    });

    it('issues access tokens with the scopes that the user has and the app requests', async () => {
      const user = { ...ada, scopes: { [resource]: ['read:orders', 'write:orders'] } };
      const { body } = await http().get('/access-token').set(signedInAs(user)).expect(200);

      expect(body.scopes).toEqual(['read:orders']);
      expect(decodeProtectedHeader(body.accessToken)).toMatchObject({ typ: 'at+jwt', alg: 'ES384' });
      expect(decodeJwt(body.accessToken)).toMatchObject({
        sub: 'ada',
        aud: resource,
        scope: 'read:orders',
        client_id: 'shop',
        iss: 'https://logto.example.com/oidc',
      });
    });

    it('issues organization tokens and an ID token through LogtoService', async () => {
      const { body } = await http()
        .get('/tokens')
        .set(signedInAs(ada, { tokenClaims: { plan: 'pro' } }))
        .expect(200);

      expect(body.resource).toMatchObject({ aud: resource, plan: 'pro' });
      expect(body.organization).toMatchObject({
        aud: 'urn:logto:organization:acme',
        scope: 'invite',
        plan: 'pro',
      });
      expect(decodeJwt(body.idToken)).toMatchObject({ sub: 'ada', aud: 'shop', email: 'ada@example.com' });
    });

    it('survives a refresh', async () => {
      const { body } = await http().get('/refreshed').set(signedInAs(ada)).expect(200);

      expect(body).toMatchObject({ isAuthenticated: true, claims: { sub: 'ada', roles: ['admin'] } });
    });

    it('can be ended by the app', async () => {
      await http().get('/signed-out').set(signedInAs(ada)).expect(200, { before: true, after: false });
    });

    it('redirects to Logto on sign-out', async () => {
      const { headers } = await http().get('/logto/sign-out').set(signedInAs(ada)).expect(302);

      expect(headers.location).toMatch(/^https:\/\/logto\.example\.com\/oidc\/session\/end\?client_id=shop&/);
    });

    it('is denied on a cross-site POST', async () => {
      await http().post('/account').set(signedInAs(ada)).expect(201);
      await http()
        .post('/account')
        .set(signedInAs(ada))
        .set('origin', 'https://evil.example.com')
        .expect(403);
    });
  });

  describe('with requirements', () => {
    it.each([
      ['a role', '/admin', 'insufficient_role'],
      ['a scope', '/orders', 'insufficient_scope'],
      ['an organization', '/organizations/globex', 'organization_required'],
      ['a role in an organization', '/organizations/acme/settings', 'insufficient_organization_role'],
      ['a permission in an organization', '/organizations/acme/invite', 'insufficient_scope'],
      ['a scope in an organization', '/organizations/acme/orders', 'insufficient_scope'],
    ])('accepts a user with %s, and denies one without', async (_name, path, code) => {
      await http().get(path).set(signedInAs(ada)).expect(200);
      const { body } = await http().get(path).set(signedInAs(bob)).expect(403);
      expect(body.code).toBe(code);
    });

    it('applies a list of scopes to every resource', async () => {
      await http()
        .get('/orders')
        .set(signedInAs({ sub: 'carol', scopes: ['read:orders'] }))
        .expect(200);
    });

    it('takes roles from `userInfo`, as in a tenant that keeps them out of ID tokens', async () => {
      const { roles, ...rest } = ada;
      await http()
        .get('/admin')
        .set(signedInAs({ ...rest, userInfo: { roles: ['admin'] } }))
        .expect(200);
      expect(roles).toEqual(['admin']);
    });
  });

  describe('with a time', () => {
    it('meets @RequireRecentSignIn unless `signedInAgo` is too long', async () => {
      await http().get('/delete-account').set(signedInAs(ada)).expect(200);
      const { body } = await http()
        .get('/delete-account')
        .set(signedInAs(ada, { signedInAgo: 600 }))
        .expect(401);
      expect(body.code).toBe('recent_sign_in_required');
      const { headers } = await http()
        .get('/delete-account')
        .set(signedInAs(ada, { signedInAgo: 600 }))
        .set('accept', 'text/html')
        .expect(302);
      expect(headers.location).toContain('max_age=300');
    });

    it('is expired after the `lifetime` of the app', async () => {
      await http()
        .get('/account')
        .set(signedInAs(ada, { signedInAgo: 23 * 3600 }))
        .expect(200);
      await http()
        .get('/account')
        .set(signedInAs(ada, { signedInAgo: 25 * 3600 }))
        .expect(401);
    });

    it('is anonymous with `expired: true`', async () => {
      const expired = signedInAs(ada, { expired: true });
      await http().get('/account').set(expired).expect(401);
      await http().get('/whoami').set(expired).expect(200, { isAuthenticated: false });
      await http().get('/account').set(expired).set('accept', 'text/html').expect(302);
    });
  });

  describe('next to other requests', () => {
    it('keeps the users of concurrent requests apart', async () => {
      const users = Array.from({ length: 20 }, (_, index) => ({ sub: `user-${index}` }));

      const answers = await Promise.all(
        users.map((user, index) =>
          http()
            .get('/either')
            .set(signedInAs(user, { as: index % 2 ? 'bearer' : 'session' })),
        ),
      );

      expect(answers.map(({ body }) => body)).toEqual(users);
    });

    it('signs in all requests of an agent, unless one of them says otherwise', async () => {
      const agent = tested.agent().set(signedInAs(ada));

      await agent.get('/account').expect(200, { sub: 'ada' });
      await agent.get('/account').set(anonymous()).expect(401);
      await agent.get('/account').set(signedInAs(bob)).expect(200, { sub: 'bob' });
      await agent.get('/account').expect(200, { sub: 'ada' });
    });

    it('keeps the session data of an agent, and stores no sign-in in it', async () => {
      const agent = tested.agent();

      await agent.post('/cart').set(signedInAs(ada)).expect(201);
      await agent.get('/cart').set(signedInAs(ada)).expect(200, { cart: 'a book' });
      await agent.get('/cart').expect(200, { cart: 'a book' });
      await agent.get('/account').expect(401);
    });

    it('stores no session and sets no cookie', async () => {
      const { headers } = await http().get('/account').set(signedInAs(ada)).expect(200);
      expect(headers).not.toHaveProperty('set-cookie');
    });

    it('can carry more than fits into a header', async () => {
      const notes = Array.from({ length: 2000 }, (_, index) => `note ${index}`);
      const headers = signedInAs({ sub: 'ada', roles: ['admin'], custom_data: { notes } });
      await http().get('/admin').set(headers).expect(200);
    });

    it('copies the user when it is called', async () => {
      const user = { sub: 'ada', roles: ['admin'] };
      const headers = signedInAs(user);
      user.roles.pop();
      await http().get('/admin').set(headers).expect(200);
    });
  });

  it('throws for an invalid user', () => {
    expect(() => signedInAs({ sub: '' })).toThrow(expect.objectContaining({ code: 'invalid_user' }));
    expect(() => signedInAs(bob, { as: 'bearer', organizationId: 'globex' })).toThrow(
      '"bob" is not a member of "globex"',
    );
  });
});
