import { describe, expect, it } from '@jest/globals';
import { CookieJar } from 'nestjs-logto/emulator';

import { Client } from './support/client.js';
import { accessTokenOf, resource, signIn, start } from './support/three-applications.js';

const tokenType = 'urn:ietf:params:oauth:token-type:access_token';

const exchange = (client: Client, parameters: Record<string, string>) =>
  client.token({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: tokenType,
    ...parameters,
  });

describe('client rules', () => {
  it('a public client must use PKCE', async () => {
    const { emulator, spa } = await start();
    const url = spa.authorizationUrl({ scope: 'openid', code_challenge: undefined });
    url.searchParams.delete('code_challenge_method');
    const callback = await emulator.signIn(url, { username: 'ada' });
    expect(callback.searchParams.get('error')).toBe('invalid_request');
  });

  it('a web application may not use client credentials', async () => {
    const { web } = await start();
    const answer = await web.token({ grant_type: 'client_credentials', resource });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
  });

  it('registered redirect URIs are compared exactly; without any, loopback passes', async () => {
    const { emulator, web } = await start();
    await signIn(web);
    const elsewhere = new Client(emulator, 'web', 'https://app.test/callback', 'a-secret');
    await expect(signIn(elsewhere)).rejects.toThrow('redirect_uri did not match');
    emulator.setApplication({
      id: 'web',
      secret: 'a-secret',
      redirectUris: ['http://localhost:3000/callback'],
    });
    await signIn(web);
    const slash = new Client(emulator, 'web', 'http://localhost:3000/callback/', 'a-secret');
    await expect(signIn(slash)).rejects.toThrow('redirect_uri did not match');
  });

  it('a machine-to-machine application has the scopes of its roles, in an organization too', async () => {
    const { emulator } = await start(
      {},
      {
        applications: [
          {
            id: 'machine',
            secret: 'b-secret',
            type: 'MachineToMachine',
            roles: ['reader'],
            organizations: [{ id: 'org_1', roles: ['host'] }],
          },
        ],
        resources: [{ indicator: resource, scopes: ['read', 'write'] }],
        roles: [{ name: 'reader', scopes: [{ resource, name: 'read' }] }],
        organizations: [{ id: 'org_1', name: 'One' }],
        organizationTemplate: {
          scopes: ['invite', 'expel'],
          roles: [{ name: 'host', scopes: ['invite'], resourceScopes: [{ resource, name: 'write' }] }],
        },
      },
    );
    const machine = new Client(emulator, 'machine', '', 'b-secret');
    const token = (parameters: Record<string, string>) =>
      machine.token({ grant_type: 'client_credentials', ...parameters });
    expect((await token({ resource, scope: 'read write' })).body['scope']).toBe('read');
    const ofOrganization = await token({ organization_id: 'org_1', scope: 'invite expel' });
    expect(ofOrganization.body['scope']).toBe('invite');
    const both = await token({ organization_id: 'org_1', resource, scope: 'read write' });
    expect(accessTokenOf(both)).toMatchObject({ organization_id: 'org_1', scope: 'write', sub: 'machine' });
  });

  it('any confidential client may introspect an opaque token', async () => {
    const { emulator, web, spa } = await start();
    emulator.setApplication({ id: 'api', secret: 'b-secret', type: 'MachineToMachine' });
    const api = new Client(emulator, 'api', '', 'b-secret');
    const token = String((await signIn(spa)).body['access_token']);
    expect((await api.post('/oidc/token/introspection', { token })).body).toMatchObject({
      active: true,
      client_id: 'spa',
    });
    expect((await web.post('/oidc/token/introspection', { token })).body['active']).toBe(true);
  });

  it('a public client is told nothing of another’s token', async () => {
    const { web, spa } = await start();
    const token = String((await signIn(web)).body['access_token']);
    expect((await spa.post('/oidc/token/introspection', { token })).body).toEqual({ active: false });
  });

  it('nobody revokes another’s token', async () => {
    const { emulator, web, spa } = await start();
    emulator.setApplication({ id: 'other', secret: 'b-secret' });
    const other = new Client(emulator, 'other', 'http://localhost:3000/callback', 'b-secret');
    const token = String((await signIn(web)).body['refresh_token']);

    expect((await other.post('/oidc/token/revocation', { token })).body).toMatchObject({
      error: 'invalid_request',
    });
    await spa.post('/oidc/token/revocation', { token });
    expect((await web.refresh(token)).status).toBe(200);
  });

  it('an authorization request that was pushed is taken up by its name, and only from who is known', async () => {
    const { emulator, web } = await start();
    const parameters = Object.fromEntries(web.authorizationUrl({ scope: 'openid' }).searchParams);
    const stranger = new Client(emulator, 'nobody', 'http://localhost:3000/callback', 'a-secret');
    const refused = await stranger.post('/oidc/request', { ...parameters, client_id: 'nobody' });
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_client']);

    const { body } = await web.post('/oidc/request', parameters);
    const url = new URL(`${emulator.issuer}/auth?client_id=web`);
    url.searchParams.set('request_uri', String(body['request_uri']));
    const callback = await emulator.signIn(url, { username: 'ada' });
    expect(callback.searchParams.get('state')).toBe('a-state');
    expect((await web.exchange(callback.searchParams.get('code') ?? '')).status).toBe(200);
  });
});

describe('impersonation', () => {
  it('takes a subject token once', async () => {
    const { emulator, web } = await start();
    const subject_token = emulator.createSubjectToken('ada');
    const answer = await exchange(web, { subject_token, scope: 'openid profile' });
    expect(answer.body).toMatchObject({ scope: 'openid profile', token_type: 'Bearer' });
    expect((await web.userInfo(answer.body['access_token'])).body['username']).toBe('ada');
    expect((await exchange(web, { subject_token })).body['error']).toBe('invalid_grant');
  });

  it('says who acts', async () => {
    const { emulator, web } = await start({}, { resources: [{ indicator: resource }] });
    const { id } = emulator.addUser({ username: 'support' });
    const { body } = await web.signIn({ scope: 'openid' }, { username: 'support', cookies: new CookieJar() });
    const answer = await exchange(web, {
      subject_token: emulator.createSubjectToken('ada'),
      actor_token: String(body['access_token']),
      actor_token_type: tokenType,
      resource,
    });
    expect(accessTokenOf(answer)).toMatchObject({ aud: resource, act: { sub: id } });
  });

  it('is refused to an application that is not allowed to', async () => {
    const { emulator, web } = await start({}, { applications: [{ id: 'web', secret: 'a-secret' }] });
    const answer = await exchange(web, { subject_token: emulator.createSubjectToken('ada') });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('invalid_request');
  });

  it('is refused in an organization that the user is not in', async () => {
    const { emulator, web } = await start({}, { organizations: [{ id: 'org_1', name: 'One' }] });
    const subject_token = emulator.createSubjectToken('ada');
    const answer = await exchange(web, { subject_token, organization_id: 'org_1' });
    expect([answer.status, answer.body['error']]).toEqual([403, 'access_denied']);
  });

  it('is refused for a suspended user', async () => {
    const { emulator, web } = await start();
    const subject_token = emulator.createSubjectToken('ada');
    emulator.suspendUser('ada');
    expect((await exchange(web, { subject_token })).body['error']).toBe('invalid_grant');
    emulator.restoreUser('ada');
    expect((await exchange(web, { subject_token })).status).toBe(200);
  });

  it('is refused by an actor token of another kind, or without `openid`', async () => {
    const { emulator, web } = await start();
    const ask = (parameters: Record<string, string>) =>
      exchange(web, { subject_token: emulator.createSubjectToken('ada'), ...parameters });
    const ofUser = String((await signIn(web, { scope: 'openid' })).body['access_token']);
    const withoutOpenId = String((await ask({ scope: 'profile' })).body['access_token']);
    const jwt = 'urn:ietf:params:oauth:token-type:jwt';

    expect((await ask({ actor_token: ofUser, actor_token_type: tokenType })).status).toBe(200);
    for (const [actor_token, actor_token_type] of [
      [ofUser, jwt],
      [withoutOpenId, tokenType],
      ['nonsense', tokenType],
    ] as const) {
      expect((await ask({ actor_token, actor_token_type })).body['error']).toBe('invalid_grant');
    }
  });

  it('is refused for a subject token that has expired', async () => {
    const { emulator, web } = await start();
    const subject_token = emulator.createSubjectToken('ada');
    emulator.passTime(601);
    expect((await exchange(web, { subject_token })).body['error']).toBe('invalid_grant');
  });
});
