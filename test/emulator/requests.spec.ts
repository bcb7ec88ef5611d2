import { afterAll, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator } from 'nestjs-logto/emulator';

import { resource } from '../support/logto/issuer.js';
import { answerOf, Client, type Answer, type Parameters } from './support/client.js';
import { everything, recordedTenant } from './support/recorded-tenant.js';
import { decode } from './support/recording.js';
import { webClient } from './support/web-client.js';

const otherResource = 'https://other.example.com';
const form = 'application/x-www-form-urlencoded';

const tenant = recordedTenant('http://localhost:1');
const emulator = await startLogtoEmulator({
  ...tenant,
  applications: [
    ...(tenant.applications ?? []),
    { id: 'open', secret: 'a-secret' },
    { id: 'two', secret: 'a-secret', redirectUris: ['https://a.test/', 'https://b.test/'] },
    { id: 'one', secret: 'a-secret', redirectUris: ['https://a.test/'] },
    {
      id: 'robot',
      secret: 'm-secret',
      type: 'MachineToMachine',
      roles: ['admin'],
      organizations: [{ id: 'org_2', roles: ['reader'] }],
    },
  ],
  resources: [...(tenant.resources ?? []), { indicator: otherResource, scopes: ['read:things'] }],
  organizationTemplate: {
    scopes: ['invite'],
    roles: [
      { name: 'member', scopes: ['invite'] },
      { name: 'reader', resourceScopes: [{ resource, name: 'read:things' }] },
    ],
  },
});
afterAll(() => emulator.close());
const web = webClient(emulator, 'web', 'https://app.example.com/callback');
const machine = new Client(emulator, 'machine', 'http://localhost:3000/callback', 'm-secret');

const signIn = (parameters: Parameters = everything, username = 'ada') =>
  web.signIn(parameters, { username, cookies: new CookieJar() });
const claimsOf = ({ body }: Answer) => decode(body['access_token'])?.payload;

/** Opens a URL as a browser does, without following redirects. */
async function navigate(url: URL, init: RequestInit = {}) {
  const response = await fetch(url, {
    ...init,
    redirect: 'manual',
    headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...init.headers },
  });
  const location = response.headers.get('location');
  return { ...(await answerOf(response)), ...(location !== null && { location }) };
}

describe('Client credentials for a resource in an organization', () => {
  const credentials = (id: string, parameters: Parameters) =>
    new Client(emulator, id, '', 'm-secret').clientCredentials({
      resource,
      scope: 'read:things write:things',
      ...parameters,
    });

  it('get the scopes of the roles in the organization, and none of tenant roles', async () => {
    const answer = await credentials('robot', { organization_id: 'org_2' });
    expect(answer.body['scope']).toBe('read:things');
    expect(claimsOf(answer)).toMatchObject({ scope: 'read:things', organization_id: 'org_2' });
  });

  it('get no scope when the roles in the organization have none', async () => {
    const answer = await credentials('machine', { organization_id: 'org_1' });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('scope');
    expect(claimsOf(answer)).toMatchObject({ organization_id: 'org_1' });
    expect(claimsOf(answer)).not.toHaveProperty('scope');
  });

  it('get the scopes of tenant roles without an organization', async () => {
    const answer = await credentials('robot', {});
    expect(claimsOf(answer)).toMatchObject({ scope: 'read:things write:things' });
  });

  it('are refused for more than one resource', async () => {
    expect(await credentials('robot', { resource: [resource, otherResource] })).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_target',
        error_description: 'only a single resource indicator value is supported for this grant type',
      },
    });
    expect((await credentials('robot', { resource: [resource, 'https://unknown.test'] })).body).toMatchObject(
      {
        error_description: 'resource indicator is missing, or unknown',
      },
    );
  });
});

describe('The scope claim of an access token without scopes', () => {
  it.each<[string, string, Parameters]>([
    ['an organization token narrowed to nothing', 'ada', { organization_id: 'org_1', scope: 'openid' }],
    ['a resource token narrowed to nothing', 'ada', { resource, scope: 'openid' }],
    ['a resource token of a user without roles', 'grace', { resource }],
  ])('is an empty string: %s', async (_, username, parameters) => {
    const { body } = await signIn(everything, username);
    const answer = await web.refresh(body['refresh_token'], parameters);
    expect(answer.body['scope']).toBe('');
    expect(claimsOf(answer)).toMatchObject({ scope: '' });
  });

  it.each<[string, Parameters]>([
    ['a resource', { resource }],
    ['an organization', { organization_id: 'org_1' }],
    ['a resource in an organization', { resource, organization_id: 'org_1' }],
  ])('is an empty string: token exchange for %s without a scope', async (_, parameters) => {
    const answer = await web.exchangeToken({
      subject_token: emulator.createSubjectToken('ada'),
      ...parameters,
    });
    expect(claimsOf(answer)).toMatchObject({ scope: '' });
  });
});

describe('A token request for two resources', () => {
  const two = [resource, otherResource];
  const readsUserInfo = async ({ body }: Answer) => (await web.userInfo(body['access_token'])).body['sub'];

  it('returns the opaque token for userinfo on a refresh', async () => {
    const { body } = await signIn({ ...everything, resource: [...two, 'urn:logto:resource:organizations'] });
    const answer = await web.refresh(body['refresh_token'], { resource: two });
    expect(answer.status).toBe(200);
    expect(answer.body['scope']).toContain('openid');
    expect(await readsUserInfo(answer)).toBe(emulator.getUser('ada').id);
  });

  it('returns it with an organization too', async () => {
    const { body } = await signIn();
    const answer = await web.refresh(body['refresh_token'], { resource: two, organization_id: 'org_1' });
    expect(await readsUserInfo(answer)).toBe(emulator.getUser('ada').id);
  });

  it('returns it for a code', async () => {
    const { code = '' } = await web.callback({ scope: 'openid', resource: two });
    const answer = await web.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: web.redirectUri,
      resource: two,
    });
    expect(await readsUserInfo(answer)).toBe(emulator.getUser('ada').id);
  });

  it('returns it by token exchange', async () => {
    const answer = await web.exchangeToken({
      subject_token: emulator.createSubjectToken('ada'),
      scope: 'openid',
      resource: two,
    });
    expect(await readsUserInfo(answer)).toBe(emulator.getUser('ada').id);
  });
});

describe('An authorization request', () => {
  const post = (url: URL) =>
    navigate(new URL(url.pathname, url), {
      method: 'POST',
      headers: { 'content-type': form },
      body: url.searchParams.toString(),
    });

  it('may be posted as a form', async () => {
    const url = web.authorizationUrl({ scope: 'openid' });
    expect(await post(url)).toMatchObject({ status: 303, location: '/sign-in?app_id=web' });
    expect(emulator.requests('authorization').at(-1)).toMatchObject({ method: 'POST', query: {} });
  });

  it('is refused for the same reasons when it is posted', async () => {
    const refused = await post(web.authorizationUrl({ redirect_uri: 'https://evil.test/' }));
    expect(refused.status).toBe(400);
    expect(refused).not.toHaveProperty('location');
    expect(await post(web.authorizationUrl({ prompt: 'none', scope: 'openid' }))).toMatchObject({
      status: 303,
      location: expect.stringContaining('error=login_required'),
    });
  });

  it('may list its resources in one parameter, separated by commas', async () => {
    const { body } = await signIn({ ...everything, resource: `${resource},${otherResource}` });
    const answer = await web.refresh(body['refresh_token'], { resource: otherResource });
    expect(claimsOf(answer)).toMatchObject({ aud: otherResource });
  });

  it('of a machine-to-machine application is refused without a redirect', async () => {
    const answer = await answerOf(await fetch(machine.authorizationUrl({}), { redirect: 'manual' }));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'oidc.invalid_redirect_uri', error: 'invalid_redirect_uri' },
    });
    const page = await navigate(machine.authorizationUrl({}));
    expect(page.status).toBe(400);
    expect(page).not.toHaveProperty('location');
  });

  it.each(['open', 'two'])(
    'without `redirect_uri` is answered with JSON, even to a browser: %s',
    async (id) => {
      const client = webClient(emulator, id, '');
      expect(
        await navigate(client.authorizationUrl({ redirect_uri: undefined, scope: 'openid' })),
      ).toMatchObject({
        status: 400,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: {
          code: 'oidc.invalid_request',
          error: 'invalid_request',
          error_description: "missing required parameter 'redirect_uri'",
        },
      });
    },
  );

  it('without `redirect_uri` is accepted when the application has exactly one', async () => {
    const client = webClient(emulator, 'one', '');
    expect(
      await navigate(client.authorizationUrl({ redirect_uri: undefined, scope: 'openid' })),
    ).toMatchObject({
      status: 303,
      location: '/sign-in?app_id=one',
    });
  });

  it('without `client_id` is answered with JSON, even to a browser', async () => {
    expect(await navigate(web.authorizationUrl({ client_id: undefined }))).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { error: 'invalid_request', error_description: "missing required parameter 'client_id'" },
    });
  });
});

describe('An end session request', () => {
  it('may be posted as a form', async () => {
    const end = (uri: string) =>
      web.post('/oidc/session/end', { client_id: 'web', post_logout_redirect_uri: uri });
    expect((await end('https://app.example.com/')).status).toBe(200);
    expect(await end('https://evil.test/')).toMatchObject({
      status: 400,
      body: { error_description: 'post_logout_redirect_uri not registered' },
    });
  });
});

describe('A request to an unknown route', () => {
  it.each([
    ['GET', '/nope'],
    ['GET', '/nope?a=b'],
    ['POST', '/nope'],
    ['GET', '/token'],
    ['DELETE', '/auth'],
    ['PUT', '/me'],
    ['POST', '/jwks'],
    ['GET', '/request'],
    ['GET', ''],
    ['GET', '?a=b'],
  ])('is answered with 404 in JSON: %s %s', async (method, path) => {
    const answer = await navigate(new URL(`${emulator.issuer}${path}`), { method });
    const [pathname] = path.split('?');
    expect(answer).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: {
        code: 'oidc.invalid_request',
        error: 'invalid_request',
        error_description: `unrecognized route or not allowed method (${method} on ${pathname || '/'})`,
      },
    });
  });
});

describe('A request with another content type', () => {
  const parameters = { grant_type: 'client_credentials', resource };

  it.each(['application/json', 'application/json; charset=utf-8'])(
    'has no parameters: a token request in %s',
    async (type) => {
      const answer = await machine.postBody('/oidc/token', JSON.stringify(parameters), {
        'content-type': type,
      });
      expect(answer).toMatchObject({
        status: 400,
        body: {
          code: 'oidc.invalid_request',
          error: 'invalid_request',
          error_description: "missing required parameter 'grant_type'",
        },
      });
    },
  );

  it('has no parameters: JSON at the other endpoints', async () => {
    const json = { 'content-type': 'application/json' };
    for (const path of ['/oidc/token/introspection', '/oidc/token/revocation']) {
      const answer = await web.postBody(path, JSON.stringify({ token: 'any' }), json);
      expect(answer.body['error_description']).toBe("missing required parameter 'token'");
    }
  });

  it('is refused: plain text', async () => {
    const answer = await machine.postBody('/oidc/token', 'grant_type=client_credentials', {
      'content-type': 'text/plain',
    });
    expect(answer.body['error_description']).toBe(
      'only application/x-www-form-urlencoded content-type bodies are supported on POST /token',
    );
  });
});
