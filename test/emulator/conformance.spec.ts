import { createHmac } from 'node:crypto';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator } from 'nestjs-logto/emulator';

import { resource } from '../support/logto/issuer.js';
import { answerOf, Client, type Answer, type Parameters } from './support/client.js';
import { Receiver } from './support/receiver.js';
import { everything, recordedTenant } from './support/recorded-tenant.js';
import { decode, differencesBetween, recording, type Substitutes } from './support/recording.js';
import { webClient } from './support/web-client.js';
import { closeLater } from '../support/runner/leftovers.js';

/** The fields that differ from Logto's on purpose, with the reason. */
const intended = new Map([
  ['message', 'a text for people, in the words of the emulator; programs read `error`'],
]);

const receiver = new Receiver();
const compared = new Set<string>();
const tenant = recordedTenant(await closeLater(receiver).start());
// The key of the recorded tenant had been rotated from RSA to ES384. Logto 1.42 had no step-up authentication.
const emulator = closeLater(
  await startLogtoEmulator({ ...tenant, signingAlgorithm: 'RS256', stepUp: false }),
);
await emulator.rotateSigningKeys({ algorithm: 'ES384' });

const web = webClient(emulator, 'web', 'https://app.example.com/callback');
const machine = new Client(emulator, 'machine', '', 'm-secret');
const spa = new Client(emulator, 'spa', 'https://app.example.com/callback');
/** The tokens of the first sign-in, with all scopes and resources. */
const tokens = await web.signIn(everything);
const substitutes: Substitutes = {
  '<endpoint>': emulator.endpoint,
  '<app>': 'https://app.example.com',
  '<appId>': 'web',
  '<m2mId>': 'machine',
  '<userId>': String(decode(tokens.body['id_token'])?.payload['sub']),
  '<username>': 'ada',
  '<role>': 'admin',
  '<organizationId>': 'org_1',
  '<organizationRole>': 'member',
  '<organizationScope>': 'invite',
  '<resource>': resource,
};

/** Compares one recorded request. `make` makes the same request and returns what the recording contains. */
function same(name: string, make: () => Promise<unknown>): void {
  it(name, async () => {
    compared.add(name);
    const found = differencesBetween(recording[name], await make(), substitutes);
    expect(found.filter(({ path }) => !intended.has(path.split('.').at(-1) ?? ''))).toEqual([]);
  });
}

const get = async (path: string) => answerOf(await fetch(emulator.endpoint + path));
const bodyOf = async (answer: Promise<Answer>) => (await answer).body;
const statusOf = async (answer: Promise<Answer>) => (await answer).status;
const sidOf = (answer: Answer) => decode(answer.body['id_token'])?.payload['sid'];

const authorize = async (parameters: Parameters) =>
  answerOf(await fetch(web.authorizationUrl({ scope: 'openid', ...parameters }), { redirect: 'manual' }));
const callback = async (parameters: Parameters, cookies = web.cookies) => ({
  query: await web.callback({ scope: 'openid', ...parameters }, { cookies }),
});
/** Signs in with new cookies, so that the grant is a separate one. */
const signIn = (client = web, parameters: Parameters = everything) =>
  client.signIn(parameters, { cookies: new CookieJar() });
const refresh = (parameters: Record<string, string> = {}) =>
  web.refresh(tokens.body['refresh_token'], parameters);
const introspect = (token: unknown) => web.post('/oidc/token/introspection', { token: String(token) });
const push = (parameters: Parameters = {}, secret?: string) =>
  web.post(
    '/oidc/request',
    Object.fromEntries(web.authorizationUrl({ scope: 'openid', ...parameters }).searchParams),
    secret,
  );

describe('The emulator answers like a running Logto 1.42', () => {
  describe('at the documents', () => {
    same('discovery', () => get('/oidc/.well-known/openid-configuration'));
    same('jwks', () => get('/oidc/jwks'));
  });

  describe('at the authorization endpoint', () => {
    same('authorize: prompt none, signed out', () => callback({ prompt: 'none' }, new CookieJar()));
    same('authorize: redirect_uri not registered', () => authorize({ redirect_uri: 'https://evil.test/' }));
    same('authorize: unknown client', () => authorize({ client_id: 'nobody' }));
    same('authorize: unknown resource', () => callback({ resource: 'https://unknown.test' }));
    same('authorize: callback', () => callback(everything));
    same('authorize: prompt none, signed in', () => callback({ prompt: 'none' }));
    same('authorize: no prompt, signed in; token has no refresh token', () => {
      const { scope } = everything;
      return web.signIn({ scope });
    });
    same('authorize: max_age; id token has auth_time', async () => {
      const { body } = await web.signIn({ ...everything, max_age: '3600' });
      return body['id_token'];
    });
    same('authorize: unknown scope dropped', async () => {
      const { body } = await web.signIn({ prompt: 'consent', scope: 'openid offline_access nonsense' });
      return { scope: body['scope'] };
    });
    same('second sign-in of one browser has the same sid', async () => {
      const second = await web.signIn(everything);
      return { same: sidOf(second) !== undefined && sidOf(second) === sidOf(tokens) };
    });
  });

  describe('at the token endpoint', () => {
    same('token: code exchange', () => Promise.resolve(tokens));
    same('token: code replayed', async () => {
      const { code = '' } = await web.callback(everything, { cookies: new CookieJar() });
      const first = await web.exchange(code);
      const replayed = await web.exchange(code);
      return {
        ...replayed,
        refreshTokenOfTheFirstExchangeAfterwards: await statusOf(web.refresh(first.body['refresh_token'])),
      };
    });

    same('refresh: no resource', () => refresh());
    same('refresh: resource', () => refresh({ resource }));
    same('refresh: resource, narrowed scope', () => refresh({ resource, scope: 'read:things' }));
    same('refresh: organization', () => refresh({ organization_id: 'org_1' }));
    same('refresh: organization and resource', () => refresh({ organization_id: 'org_1', resource }));
    same('refresh: organization the user is not in', () => refresh({ organization_id: 'org_2' }));
    same('refresh: resource unknown', () => refresh({ resource: 'https://unknown.test' }));
    same('refresh: unknown token', () => web.refresh('nonsense'));
    same('refresh: wrong secret', () =>
      web.post('/oidc/token', { grant_type: 'refresh_token', refresh_token: 'any' }, 'wrong'),
    );
    same('refresh: resource not asked at authorization', async () => {
      const { body } = await signIn(web, { prompt: 'consent', scope: 'openid offline_access' });
      return web.refresh(body['refresh_token'], { resource });
    });
    same('refresh: organization without its scope', async () => {
      const { body } = await signIn(web, { prompt: 'consent', scope: 'openid offline_access' });
      return web.refresh(body['refresh_token'], { organization_id: 'org_1' });
    });
  });

  describe('at userinfo', () => {
    same('userinfo', () => web.userInfo(tokens.body['access_token']));
    same('userinfo: bad token', () => web.userInfo('nonsense'));
  });

  describe('at introspection', () => {
    same('introspection: opaque', () => introspect(tokens.body['access_token']));
    same('introspection: jwt', async () => introspect((await refresh({ resource })).body['access_token']));
    same('introspection: unknown', () => introspect('nonsense'));
  });

  describe('to pushed authorization requests', () => {
    same('par: good', () => push());
    same('par: redirect_uri not registered', () => push({ redirect_uri: 'https://evil.test/' }));
    same('par: wrong secret', () => push({}, 'wrong'));
    same('par: unknown resource', () => push({ resource: 'https://unknown.test' }));
  });

  describe('when tokens and sessions end', () => {
    same('revocation: effects', async () => {
      const cookies = new CookieJar();
      const { body: revoked } = await web.signIn(everything, { cookies });
      const { body: other } = await web.signIn(everything, { cookies });
      const answer = await web.post('/oidc/token/revocation', { token: String(revoked['refresh_token']) });
      return {
        answer: { status: answer.status, headers: answer.headers },
        refreshOfRevoked: await bodyOf(web.refresh(revoked['refresh_token'])),
        refreshOfTheOther: await statusOf(web.refresh(other['refresh_token'])),
        userinfoOfRevoked: await statusOf(web.userInfo(revoked['access_token'])),
      };
    });

    same('end session: post_logout_redirect_uri not registered', () =>
      get('/oidc/session/end?client_id=web&post_logout_redirect_uri=https://evil.test/'),
    );
    same('end session: effects', async () => {
      const cookies = new CookieJar();
      const signedIn = await web.signIn(everything, { cookies });
      const ended = await emulator.signOut(
        `${emulator.issuer}/session/end?client_id=web&post_logout_redirect_uri=https://app.example.com/`,
        { cookies },
      );
      const logout = await receiver.next(({ path }) => path === '/back-channel-logout');
      const parameters = Object.fromEntries(new URLSearchParams(logout.body));
      const { query: silent } = await callback({ prompt: 'none' }, cookies);
      return {
        endedAt: ended.href,
        backChannelLogout: {
          method: logout.method,
          contentType: logout.headers['content-type'],
          parameters,
        },
        sidMatches: decode(parameters['logout_token'])?.payload['sid'] === sidOf(signedIn),
        refreshAfter: await statusOf(web.refresh(signedIn.body['refresh_token'])),
        silentSignInAfter: silent['error'],
      };
    });

    same('suspended user', async () => {
      const { body } = await web.signIn(everything, { username: 'grace', cookies: new CookieJar() });
      emulator.suspendUser('grace');
      emulator.restoreUser('grace');
      return web.refresh(body['refresh_token']);
    });
  });

  describe('to machine-to-machine applications', () => {
    same('client credentials: resource', () => machine.clientCredentials({ resource, scope: 'read:things' }));
    same('client credentials: no scope asked', () => machine.clientCredentials({ resource }));
    same('client credentials: organization', () => machine.clientCredentials({ organization_id: 'org_1' }));
    same('client credentials: neither', () => machine.clientCredentials({}));
    same('client credentials: organization it is not in', () =>
      machine.clientCredentials({ organization_id: 'org_2' }),
    );
    same('token exchange', () =>
      web.exchangeToken({
        subject_token: emulator.createSubjectToken('ada'),
        resource,
        scope: 'read:things',
      }),
    );
  });

  describe('to a public client', () => {
    same('public client: rotation and reuse', async () => {
      const first = (await signIn(spa)).body['refresh_token'];
      const second = (await spa.refresh(first)).body['refresh_token'];
      const reused = await spa.refresh(first);
      const successor = await spa.refresh(reused.body['refresh_token']);
      emulator.passTime(4);
      return {
        rotated: second !== first,
        reuseWithinASecond: reused.status,
        successor: successor.status,
        reuseAfter4s: await bodyOf(spa.refresh(first)),
        newestAfterLateReuse: await bodyOf(spa.refresh(successor.body['refresh_token'])),
      };
    });
    same('public client: 10 parallel refreshes', async () => {
      const token = (await signIn(spa)).body['refresh_token'];
      return { statuses: await Promise.all(Array.from({ length: 10 }, () => statusOf(spa.refresh(token)))) };
    });
  });

  describe('with webhooks', () => {
    same('webhook', async () => {
      emulator.updateUser('ada', { name: 'Ada L.' });
      const { headers, body } = await receiver.next(({ path }) => path === '/webhook');
      const names = ['logto-signature-sha-256', 'user-agent', 'content-type'];
      const signature = createHmac('sha256', 'a-key').update(body).digest('hex');
      return {
        headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
        signatureIsHmacSha256OfRawBody: headers['logto-signature-sha-256'] === signature,
        body: JSON.parse(body) as unknown,
      };
    });
  });

  describe('after the signing key is rotated to RSA', () => {
    beforeAll(() => emulator.rotateSigningKeys({ algorithm: 'RS256' }));

    same('after key rotation to RSA: jwks', () => bodyOf(get('/oidc/jwks')));
    same('after key rotation to RSA: discovery algorithms', async () => {
      const body = await bodyOf(get('/oidc/.well-known/openid-configuration'));
      return body['id_token_signing_alg_values_supported'];
    });
    same('after key rotation to RSA: id token header', async () => {
      return decode((await signIn()).body['id_token'])?.header;
    });
  });

  it('to every recorded request', () => {
    expect([...compared].toSorted()).toEqual(Object.keys(recording).toSorted());
  });
});
