import { describe, expect, it } from '@jest/globals';
import { CookieJar } from 'nestjs-logto/emulator';

import { resource } from '../support/logto/issuer.js';
import { Client } from './support/client.js';
import { accessTokenOf, signIn, startThreeApplications } from './support/three-applications.js';
import { webClient } from './support/web-client.js';

const tokenType = 'urn:ietf:params:oauth:token-type:access_token';

describe('The provider', () => {
  it('requires PKCE of a public client', async () => {
    const { emulator, spa } = await startThreeApplications();
    const url = spa.authorizationUrl({ scope: 'openid', code_challenge: undefined });
    url.searchParams.delete('code_challenge_method');
    const callback = await emulator.signIn(url, { username: 'ada' });
    expect(callback.searchParams.get('error')).toBe('invalid_request');
  });

  it('refuses client credentials to a web application', async () => {
    const { web } = await startThreeApplications();
    const answer = await web.clientCredentials({ resource });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
  });

  it('has the Management API, which a machine-to-machine application may call with the role for it', async () => {
    const { emulator } = await startThreeApplications();
    const secret = 'another-secret';
    emulator.setApplication({ id: 'plain', secret, type: 'MachineToMachine' });
    emulator.setApplication({
      id: 'admin',
      secret,
      type: 'MachineToMachine',
      roles: ['Logto Management API access'],
    });
    const request = { resource: 'https://default.logto.app/api', scope: 'all' };
    const plain = await new Client(emulator, 'plain', '', secret).clientCredentials(request);
    const admin = await new Client(emulator, 'admin', '', secret).clientCredentials(request);
    expect([plain.status, plain.body['scope']]).toEqual([200, undefined]);
    expect([admin.status, admin.body['scope']]).toEqual([200, 'all']);
  });

  it('refuses a pushed authorization request of an unknown application', async () => {
    const { emulator } = await startThreeApplications();
    const answer = await new Client(emulator, 'nobody', '', 'a-secret').post('/oidc/request', {});
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'oidc.invalid_client', error: 'invalid_client' });
  });

  it('compares registered redirect URIs exactly, and accepts loopback when none is registered', async () => {
    const { emulator, web } = await startThreeApplications();
    await signIn(web);
    const otherCallback = webClient(emulator, 'web', 'https://app.test/callback');
    await expect(signIn(otherCallback)).rejects.toThrow('redirect_uri did not match');
    emulator.setApplication({
      id: 'web',
      secret: 'a-secret',
      redirectUris: ['http://localhost:3000/callback'],
    });
    await signIn(web);
    const slash = webClient(emulator, 'web', 'http://localhost:3000/callback/');
    await expect(signIn(slash)).rejects.toThrow('redirect_uri did not match');
  });

  it('gives a machine-to-machine application the scopes of its roles, in an organization too', async () => {
    const { emulator } = await startThreeApplications(
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
    expect((await machine.clientCredentials({ resource, scope: 'read write' })).body['scope']).toBe('read');
    const ofOrganization = await machine.clientCredentials({
      organization_id: 'org_1',
      scope: 'invite expel',
    });
    expect(ofOrganization.body['scope']).toBe('invite');
    const both = await machine.clientCredentials({ organization_id: 'org_1', resource, scope: 'read write' });
    expect(accessTokenOf(both)).toMatchObject({ organization_id: 'org_1', scope: 'write', sub: 'machine' });
  });

  it('lets any confidential client introspect an opaque token', async () => {
    const { emulator, web, spa } = await startThreeApplications();
    emulator.setApplication({ id: 'api', secret: 'b-secret', type: 'MachineToMachine' });
    const api = new Client(emulator, 'api', '', 'b-secret');
    const token = String((await signIn(spa)).body['access_token']);
    expect((await api.post('/oidc/token/introspection', { token })).body).toMatchObject({
      active: true,
      client_id: 'spa',
    });
    expect((await web.post('/oidc/token/introspection', { token })).body['active']).toBe(true);
  });

  it('tells a public client nothing about the token of another client', async () => {
    const { web, spa } = await startThreeApplications();
    const token = String((await signIn(web)).body['access_token']);
    expect((await spa.post('/oidc/token/introspection', { token })).body).toEqual({ active: false });
  });

  it('lets no client revoke the token of another', async () => {
    const { emulator, web, spa } = await startThreeApplications();
    emulator.setApplication({ id: 'other', secret: 'a-secret' });
    const other = webClient(emulator, 'other');
    const token = String((await signIn(web)).body['refresh_token']);

    expect((await other.post('/oidc/token/revocation', { token })).body).toMatchObject({
      error: 'invalid_request',
    });
    await spa.post('/oidc/token/revocation', { token });
    expect((await web.refresh(token)).status).toBe(200);
  });

  it('accepts pushed authorization requests, but not from an unknown client', async () => {
    const { emulator, web } = await startThreeApplications();
    const parameters = Object.fromEntries(web.authorizationUrl({ scope: 'openid' }).searchParams);
    const unknownClient = webClient(emulator, 'nobody');
    const refused = await unknownClient.post('/oidc/request', { ...parameters, client_id: 'nobody' });
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_client']);

    const { body } = await web.post('/oidc/request', parameters);
    const url = new URL(`${emulator.issuer}/auth?client_id=web`);
    url.searchParams.set('request_uri', String(body['request_uri']));
    const callback = await emulator.signIn(url, { username: 'ada' });
    expect(callback.searchParams.get('state')).toBe('a-state');
    expect((await web.exchange(callback.searchParams.get('code') ?? '')).status).toBe(200);
  });
});

describe('Impersonation by token exchange', () => {
  it('accepts a subject token once', async () => {
    const { emulator, web } = await startThreeApplications();
    const subject_token = emulator.createSubjectToken('ada');
    const answer = await web.exchangeToken({ subject_token, scope: 'openid profile' });
    expect(answer.body).toMatchObject({ scope: 'openid profile', token_type: 'Bearer' });
    expect((await web.userInfo(answer.body['access_token'])).body['username']).toBe('ada');
    expect((await web.exchangeToken({ subject_token })).body['error']).toBe('invalid_grant');
  });

  it('names the actor in the token', async () => {
    const { emulator, web } = await startThreeApplications({}, { resources: [{ indicator: resource }] });
    const { id } = emulator.addUser({ username: 'support' });
    const { body } = await web.signIn({ scope: 'openid' }, { username: 'support', cookies: new CookieJar() });
    const answer = await web.exchangeToken({
      subject_token: emulator.createSubjectToken('ada'),
      actor_token: String(body['access_token']),
      actor_token_type: tokenType,
      resource,
    });
    expect(accessTokenOf(answer)).toMatchObject({ aud: resource, act: { sub: id } });
  });

  it('is refused to an application that may not exchange tokens', async () => {
    const { emulator, web } = await startThreeApplications(
      {},
      { applications: [{ id: 'web', secret: 'a-secret' }] },
    );
    const answer = await web.exchangeToken({ subject_token: emulator.createSubjectToken('ada') });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('invalid_request');
  });

  it('is refused for an organization that the user is not in', async () => {
    const { emulator, web } = await startThreeApplications(
      {},
      { organizations: [{ id: 'org_1', name: 'One' }] },
    );
    const subject_token = emulator.createSubjectToken('ada');
    const answer = await web.exchangeToken({ subject_token, organization_id: 'org_1' });
    expect([answer.status, answer.body['error']]).toEqual([403, 'access_denied']);
  });

  it('is refused for a suspended user', async () => {
    const { emulator, web } = await startThreeApplications();
    const subject_token = emulator.createSubjectToken('ada');
    emulator.suspendUser('ada');
    expect((await web.exchangeToken({ subject_token })).body['error']).toBe('invalid_grant');
    emulator.restoreUser('ada');
    expect((await web.exchangeToken({ subject_token })).status).toBe(200);
  });

  it('is refused with an actor token of another type, or without `openid`', async () => {
    const { emulator, web } = await startThreeApplications();
    const ask = (parameters: Record<string, string>) =>
      web.exchangeToken({ subject_token: emulator.createSubjectToken('ada'), ...parameters });
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

  it('is refused with an expired subject token', async () => {
    const { emulator, web } = await startThreeApplications();
    const subject_token = emulator.createSubjectToken('ada');
    emulator.passTime(601);
    expect((await web.exchangeToken({ subject_token })).body['error']).toBe('invalid_grant');
  });
});
