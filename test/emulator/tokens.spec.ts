import { describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

import { resource } from '../support/logto/issuer.js';
import type { Answer, Client } from './support/client.js';
import { decode } from './support/recording.js';
import { accessTokenOf, offline, signIn, startThreeApplications } from './support/three-applications.js';

const day = 24 * 3600;
const claimsOf = (answer: Answer) => decode(answer.body['id_token'])?.payload ?? {};

/** For how many days an application can refresh, every ten days. */
async function daysOfRefreshing(emulator: LogtoEmulator, client: Client): Promise<number> {
  let { status, body } = await signIn(client);
  let days = 0;
  while (status === 200 && days < 1000) {
    emulator.passTime(10 * day);
    days += 10;
    ({ status, body } = await client.refresh(body['refresh_token']));
  }
  return days;
}

describe('Claims', () => {
  it('are those of the requested scopes', async () => {
    const { web } = await startThreeApplications({
      primaryEmail: 'ada@example.com',
      profile: { givenName: 'Ada' },
    });
    expect(Object.keys(claimsOf(await signIn(web, { scope: 'openid' }))).toSorted()).toEqual([
      'acr',
      'amr',
      'aud',
      'auth_time',
      'exp',
      'iat',
      'iss',
      'nonce',
      'sub',
    ]);
    expect(claimsOf(await signIn(web, { scope: 'openid profile email' }))).toMatchObject({
      given_name: 'Ada',
      email: 'ada@example.com',
    });
  });

  it('that the user does not have are null or absent, as in Logto', async () => {
    const { web } = await startThreeApplications();
    const claims = claimsOf(await signIn(web, { scope: 'openid profile email phone address' }));
    expect(claims).toMatchObject({
      name: null,
      picture: null,
      email: null,
      email_verified: false,
      phone_number: null,
    });
    expect(claims).not.toHaveProperty('given_name');
    expect(claims).not.toHaveProperty('address');
  });

  it('of roles and organizations are always in userinfo, and in ID tokens only with `idTokenClaims`', async () => {
    const { web } = await startThreeApplications(
      { roles: ['admin'], organizations: [{ id: 'org_1', roles: ['member'] }], customData: { plan: 'pro' } },
      {
        roles: [{ name: 'admin' }],
        organizations: [{ id: 'org_1', name: 'Org' }],
        organizationTemplate: { roles: [{ name: 'member' }] },
        idTokenClaims: { roles: false, organizations: false, organizationRoles: false, customData: true },
      },
    );
    const scope = 'openid roles custom_data urn:logto:scope:organizations urn:logto:scope:organization_roles';
    const answer = await signIn(web, { scope });
    const claims = claimsOf(answer);
    expect(claims).not.toHaveProperty('roles');
    expect(claims).not.toHaveProperty('organizations');
    expect(claims).not.toHaveProperty('organization_roles');
    expect(claims).toMatchObject({ custom_data: { plan: 'pro' } });
    expect((await web.userInfo(answer.body['access_token'])).body).toMatchObject({
      roles: ['admin'],
      organizations: ['org_1'],
      organization_roles: ['org_1:member'],
      custom_data: { plan: 'pro' },
    });
  });

  it('are up to date after every refresh', async () => {
    const { emulator, web } = await startThreeApplications();
    const { body } = await signIn(web, { ...offline, scope: 'openid offline_access profile' });
    emulator.updateUser('ada', { name: 'Countess of Lovelace' });
    expect(claimsOf(await web.refresh(body['refresh_token']))).toMatchObject({
      name: 'Countess of Lovelace',
    });
  });

  it('keep the time of the sign-in over refreshes when max_age was requested', async () => {
    const { emulator, web } = await startThreeApplications();
    const answer = await signIn(web, { ...offline, max_age: '100000' });
    const authTime = Number(claimsOf(answer)['auth_time']);
    emulator.passTime(60);
    const refreshed = claimsOf(await web.refresh(answer.body['refresh_token']));
    expect(refreshed['auth_time']).toBe(authTime - 60);
  });

  it('have no sid unless the application requires it in logout tokens', async () => {
    const { web } = await startThreeApplications();
    expect(claimsOf(await signIn(web))).not.toHaveProperty('sid');
  });
});

describe('Scopes of an access token', () => {
  const tenant = {
    resources: [{ indicator: resource, scopes: ['read', 'write', 'audit'], accessTokenTtl: 60 }],
    roles: [{ name: 'reader', scopes: [{ resource, name: 'read' }] }],
    organizations: [
      { id: 'org_1', name: 'One' },
      { id: 'org_2', name: 'Two' },
    ],
    organizationTemplate: {
      scopes: ['invite'],
      roles: [
        { name: 'writer', scopes: ['invite'], resourceScopes: [{ resource, name: 'write' }] },
        { name: 'auditor', resourceScopes: [{ resource, name: 'audit' }] },
      ],
    },
  };
  const all = {
    prompt: 'consent',
    scope: 'openid offline_access urn:logto:scope:organizations read write audit invite',
    resource: [resource, 'urn:logto:resource:organizations'],
  };
  const ada = {
    roles: ['reader'],
    organizations: [
      { id: 'org_1', roles: ['writer'] },
      { id: 'org_2', roles: ['auditor'] },
    ],
  };

  it('come from the roles of the user and of the organizations', async () => {
    const { web } = await startThreeApplications(ada, tenant);
    const { body } = await signIn(web, all);
    const token = (parameters: Record<string, string>) => web.refresh(body['refresh_token'], parameters);

    expect((await token({ resource })).body).toMatchObject({ scope: 'read write audit', expires_in: 60 });
    expect(accessTokenOf(await token({ resource, organization_id: 'org_1' }))).toMatchObject({
      scope: 'read write',
      organization_id: 'org_1',
    });
    expect((await token({ organization_id: 'org_1' })).body).toMatchObject({ scope: 'invite' });
    expect((await token({ organization_id: 'org_2' })).body).toMatchObject({ scope: '' });
  });

  it('are limited to those that the sign-in requested', async () => {
    const { web } = await startThreeApplications(ada, tenant);
    const { body } = await signIn(web, { ...all, scope: 'openid offline_access read' });
    expect((await web.refresh(body['refresh_token'], { resource })).body['scope']).toBe('read');
    expect((await web.refresh(body['refresh_token'], { resource, scope: 'write' })).body).toMatchObject({
      error: 'invalid_scope',
    });
  });

  it('disappear with the role that granted them', async () => {
    const { emulator, web } = await startThreeApplications(ada, tenant);
    const { body } = await signIn(web, all);
    emulator.updateUser('ada', { roles: [], organizations: [] });
    expect((await web.refresh(body['refresh_token'], { resource })).body['scope']).toBe('');
    expect((await web.refresh(body['refresh_token'], { organization_id: 'org_1' })).status).toBe(403);
  });
});

describe('Refresh tokens', () => {
  it('are rotated for a web application after 70 % of their lifetime', async () => {
    const { emulator, web } = await startThreeApplications();
    const first = (await signIn(web)).body['refresh_token'];
    emulator.passTime(9.7 * day);
    expect((await web.refresh(first)).body['refresh_token']).toBe(first);
    emulator.passTime(0.2 * day);
    const second = (await web.refresh(first)).body['refresh_token'];
    expect(second).not.toBe(first);
    emulator.passTime(10 * day);
    expect((await web.refresh(second)).status).toBe(200);
  });

  it('expire after 14 days', async () => {
    const { emulator, web } = await startThreeApplications();
    const { body } = await signIn(web);
    emulator.passTime(14 * day);
    expect((await web.refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('expire with the grant after 180 days, however often they are rotated', async () => {
    const { emulator, web } = await startThreeApplications();
    expect(await daysOfRefreshing(emulator, web)).toBe(180);
  });

  it('are rotated for at most a year when the grant lasts longer', async () => {
    const { emulator, native } = await startThreeApplications({}, { ttl: { grant: 1000 * day } });
    // The last one of the year is valid for another 14 days.
    const days = await daysOfRefreshing(emulator, native);
    expect(days).toBeGreaterThan(365);
    expect(days).toBeLessThanOrEqual(380);
  });

  it('expire after `refreshTokenTtlInDays` of the application', async () => {
    const { emulator, web } = await startThreeApplications(
      {},
      { applications: [{ id: 'web', secret: 'a-secret', refreshTokenTtlInDays: 30 }] },
    );
    const { body } = await signIn(web);
    emulator.passTime(20 * day);
    expect((await web.refresh(body['refresh_token'])).status).toBe(200);
  });

  it('of a single-page application keep their expiry when they are rotated', async () => {
    const { emulator, spa } = await startThreeApplications();
    const { body } = await signIn(spa);
    emulator.passTime(13 * day);
    const rotated = await spa.refresh(body['refresh_token']);
    emulator.passTime(1 * day);
    expect((await spa.refresh(rotated.body['refresh_token'])).status).toBe(400);
  });

  it('are rotated at every use or never, as `rotation` says', async () => {
    const every = await startThreeApplications({}, { rotation: 'every-use' });
    const first = (await signIn(every.web)).body['refresh_token'];
    expect((await every.web.refresh(first)).body['refresh_token']).not.toBe(first);
    await every.emulator.close();

    const off = await startThreeApplications({}, { rotation: 'off' });
    const kept = (await signIn(off.spa)).body['refresh_token'];
    expect((await off.spa.refresh(kept)).body['refresh_token']).toBe(kept);
  });

  it('are not rotated with `rotateRefreshToken: false`', async () => {
    const { spa } = await startThreeApplications(
      {},
      { applications: [{ id: 'spa', rotateRefreshToken: false }] },
    );
    const { body } = await signIn(spa);
    expect((await spa.refresh(body['refresh_token'])).body['refresh_token']).toBe(body['refresh_token']);
  });

  it('cannot be reused when the reuse interval is 0', async () => {
    const { spa } = await startThreeApplications({}, { refreshTokenReuseInterval: 0 });
    const first = (await signIn(spa)).body['refresh_token'];
    const second = (await spa.refresh(first)).body['refresh_token'];
    expect((await spa.refresh(first)).status).toBe(400);
    expect((await spa.refresh(second)).status).toBe(400);
  });

  it('are used up by a request for an unknown resource too, as in Logto', async () => {
    const { emulator, spa } = await startThreeApplications();
    const { body } = await signIn(spa);
    const wrong = await spa.refresh(body['refresh_token'], { resource });
    expect(wrong.body['error']).toBe('invalid_target');
    emulator.passTime(4);
    expect((await spa.refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('need prompt=consent, unless the application has `alwaysIssueRefreshToken`', async () => {
    const { emulator, web } = await startThreeApplications();
    const { scope } = offline;
    expect((await signIn(web, { scope })).body).not.toHaveProperty('refresh_token');
    emulator.setApplication({ id: 'web', secret: 'a-secret', alwaysIssueRefreshToken: true });
    expect((await signIn(web, { scope })).body).toHaveProperty('refresh_token');
  });

  it('are refused to another application, and stay valid', async () => {
    const { web, spa } = await startThreeApplications();
    const { body } = await signIn(web);
    expect((await spa.refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
    expect((await web.refresh(body['refresh_token'])).status).toBe(200);
  });
});
