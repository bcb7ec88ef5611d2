import { createHmac } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieJar, startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';

import { Elsewhere } from '../support/elsewhere.js';
import { Client, type Answer } from './support/client.js';
import { Receiver } from './support/receiver.js';
import { decode } from './support/recording.js';

const receiver = new Receiver();
let emulator: LogtoEmulator;
let receiverUrl: string;
let web: Client;
let tokens: Answer;

beforeAll(async () => {
  receiverUrl = await receiver.start();
});
afterAll(() => receiver.close());

beforeEach(async () => {
  emulator = await startLogtoEmulator({
    port: 0,
    users: [{ username: 'ada' }, { username: 'grace' }],
    applications: [{ id: 'web', secret: 'a-secret', backchannelLogoutUri: `${receiverUrl}/logout` }],
    webhooks: [{ url: `${receiverUrl}/hook`, signingKey: 'a-key' }],
  });
  web = new Client(emulator, 'web', 'http://localhost:3000/callback', 'a-secret');
  tokens = await web.signIn({ prompt: 'consent', scope: 'openid offline_access profile' });
  await hook('PostSignIn');
});
afterEach(() => emulator.close());

const refresh = () => web.refresh(tokens.body['refresh_token']);
const userInfo = () => web.userInfo(tokens.body['access_token']);
const discover = () => fetch(`${emulator.issuer}/.well-known/openid-configuration`);
const silently = () => web.callback({ scope: 'openid', prompt: 'none' });

const keys = async () => {
  const response = await fetch(`${emulator.issuer}/jwks`);
  return ((await response.json()) as { keys: unknown[] }).keys;
};
/** The next webhook of this event, about this user if one is named. */
const hook = async (event: string, username = '') => {
  const { headers, body } = await receiver.next(
    (request) =>
      request.path === '/hook' &&
      request.body.includes(`"event":"${event}"`) &&
      request.body.includes(username),
  );
  return { headers, body, event: JSON.parse(body) as Record<string, unknown> };
};

describe('counting requests', () => {
  it('tells how many an endpoint has had, and what they were', async () => {
    emulator.resetRequests();
    await refresh();
    await userInfo();
    await userInfo();
    expect(emulator.countRequests('token')).toBe(1);
    expect(emulator.countRequests('userinfo')).toBe(2);
    expect(emulator.requests('token')).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/oidc/token',
        body: { grant_type: 'refresh_token', refresh_token: tokens.body['refresh_token'] },
        headers: expect.objectContaining({ authorization: expect.stringMatching(/^Basic /) }),
        at: expect.any(Date),
      }),
    ]);
  });

  it('keeps the parameters of an authorization request', () => {
    expect(emulator.requests('authorization')[0]?.query).toMatchObject({
      client_id: 'web',
      prompt: 'consent',
    });
  });

  it('starts over after a reset', () => {
    emulator.resetRequests();
    expect(emulator.requests()).toEqual([]);
    expect(emulator.countRequests('authorization')).toBe(0);
  });
});

describe('making an endpoint fail', () => {
  it('answers with the status, as often as told, then truly again', async () => {
    emulator.failNext('token', { times: 2, status: 503 });
    const statuses = [await refresh(), await refresh(), await refresh()].map(({ status }) => status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('fails with 500 when nothing else is said', async () => {
    emulator.failNext('discovery');
    expect((await discover()).status).toBe(500);
  });

  it('answers with any body, content type and headers', async () => {
    emulator.failNext('discovery', {
      status: 200,
      body: '<html>',
      contentType: 'text/html',
      headers: { 'x-a': 'b' },
    });
    const response = await discover();
    expect(await response.text()).toBe('<html>');
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.headers.get('x-a')).toBe('b');
  });

  it('sends an object as JSON', async () => {
    emulator.failNext('userinfo', { status: 429, body: { error: 'slow_down' } });
    expect(await userInfo()).toMatchObject({ status: 429, body: { error: 'slow_down' } });
  });

  it('answers late', async () => {
    emulator.failNext('discovery', { delay: 50 });
    const before = performance.now();
    expect((await discover()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(45);
  });

  it('never answers', async () => {
    emulator.failNext('discovery', { delay: Infinity });
    const request = fetch(`${emulator.issuer}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(50),
    });
    await expect(request).rejects.toThrow(/timeout/);
  });

  it('cuts the connection before it processes the request', async () => {
    emulator.failNext('token', { destroy: true });
    await expect(refresh()).rejects.toThrow('fetch failed');
    expect((await refresh()).status).toBe(200);
  });

  it('loses the answer after it has processed the request', async () => {
    const { code = '' } = await web.callback({ scope: 'openid' });
    emulator.failNext('token', { cutAfter: true });
    await expect(web.exchange(code)).rejects.toThrow('fetch failed');
    expect((await web.exchange(code)).body['error']).toBe('invalid_grant');
  });

  it('bends the true answer', async () => {
    emulator.failNext('userinfo', {
      transform: (response) => ({ ...response, body: response.body.replaceAll('"ada"', '"eve"') }),
    });
    expect((await userInfo()).body['username']).toBe('eve');
    expect((await userInfo()).body['username']).toBe('ada');
  });

  it('lets several faults wait in line, and forgets them when told', async () => {
    emulator.failNext('token', { status: 500 });
    emulator.failNext('token', { status: 502 });
    expect((await refresh()).status).toBe(500);
    emulator.clearFaults();
    expect((await refresh()).status).toBe(200);
  });
});

describe('the provider goes down and comes back', () => {
  it('on the same port, with everything it knew', async () => {
    const { port } = emulator;
    await emulator.pause();
    await expect(refresh()).rejects.toThrow('fetch failed');
    await emulator.resume();
    expect(emulator.port).toBe(port);
    expect((await refresh()).status).toBe(200);
    expect(await silently()).toHaveProperty('code');
  });
});

describe('ending tokens and sessions', () => {
  it('expireAccessTokens stops userinfo, and nothing else', async () => {
    emulator.expireAccessTokens('ada');
    expect((await userInfo()).status).toBe(401);
    expect((await refresh()).status).toBe(200);
  });

  it('expireRefreshTokens stops refreshes, and nothing else', async () => {
    emulator.expireRefreshTokens('ada');
    expect((await refresh()).body['error']).toBe('invalid_grant');
    expect((await userInfo()).status).toBe(200);
  });

  it('expireSessions ends the browser session, and nothing else', async () => {
    emulator.expireSessions('ada');
    expect(await silently()).toMatchObject({ error: 'login_required' });
    expect((await refresh()).status).toBe(200);
  });

  it('revokeGrants ends all tokens', async () => {
    emulator.revokeGrants('ada');
    expect((await userInfo()).status).toBe(401);
    expect((await refresh()).status).toBe(400);
  });

  it('leaves other users alone', async () => {
    emulator.revokeGrants('grace');
    emulator.expireSessions('grace');
    expect((await refresh()).status).toBe(200);
    expect(await silently()).toHaveProperty('code');
  });

  it('passTime makes tokens and sessions older', async () => {
    emulator.passTime(3599);
    expect((await userInfo()).status).toBe(200);
    emulator.passTime(2);
    expect((await userInfo()).status).toBe(401);
    emulator.passTime(14 * 24 * 3600);
    expect(await silently()).toMatchObject({ error: 'login_required' });
  });

  it('ttl makes all of it short', async () => {
    await emulator.close();
    emulator = await startLogtoEmulator({
      port: 0,
      users: [{ username: 'ada' }],
      applications: [{ id: 'web', secret: 'a-secret' }],
      ttl: { accessToken: 5, idToken: 7 },
    });
    web = new Client(emulator, 'web', 'http://localhost:3000/callback', 'a-secret');
    const { body } = await web.signIn({ scope: 'openid' });
    const { exp, iat } = decode(body['id_token'])?.payload ?? {};
    expect(body['expires_in']).toBe(5);
    expect(Number(exp) - Number(iat)).toBe(7);
  });
});

describe('users', () => {
  it('a suspended user is out, and cannot sign in until restored', async () => {
    emulator.suspendUser('ada');
    expect((await refresh()).body['error']).toBe('invalid_grant');
    expect((await userInfo()).status).toBe(401);
    await expect(web.callback({ scope: 'openid' })).rejects.toThrow('This account is suspended.');
    emulator.restoreUser('ada');
    expect(await web.callback({ scope: 'openid' })).toHaveProperty('code');
  });

  it('a deleted user is gone', async () => {
    emulator.deleteUser('ada');
    expect((await refresh()).body['error']).toBe('invalid_grant');
    await expect(web.callback({ scope: 'openid' })).rejects.toThrow(
      'There is no user "ada". Known users: grace.',
    );
  });

  it('an added user can sign in', async () => {
    emulator.addUser({ username: 'alan', password: 'turing' });
    const url = web.authorizationUrl({ scope: 'openid' });
    await emulator.signIn(url, { username: 'alan', password: 'turing' });
  });

  it('an id stays the same from start to start', async () => {
    const { id } = emulator.getUser('ada');
    await emulator.close();
    emulator = await startLogtoEmulator({ port: 0, users: [{ username: 'ada' }] });
    expect(emulator.getUser('ada').id).toBe(id);
  });

  it('who is suspended by a change of the profile gets no new tokens either', async () => {
    emulator.updateUser('ada', { isSuspended: true });
    expect((await refresh()).body['error']).toBe('invalid_grant');
    emulator.updateUser('ada', { isSuspended: false });
    expect((await refresh()).status).toBe(200);
  });

  it('who is changed, suspended or deleted is not signed out of applications: Logto tells none of them', async () => {
    receiver.received.length = 0;
    emulator.updateUser('ada', { name: 'Ada' });
    emulator.suspendUser('ada');
    emulator.deleteUser('ada');
    await hook('User.Deleted');

    // A sign-out is told, after whatever there was to tell before.
    const cookies = new CookieJar();
    await web.signIn({ scope: 'openid' }, { username: 'grace', cookies });
    await emulator.signOut(`${emulator.issuer}/session/end?client_id=web`, { cookies });
    const { body } = await receiver.next(({ path }) => path === '/logout');
    const token = decode(new URLSearchParams(body).get('logout_token'));
    expect(token?.payload['sub']).toBe(emulator.getUser('grace').id);
    expect(receiver.received.filter(({ path }) => path === '/logout')).toEqual([]);
  });

  it('a mistake in a change is told by name', () => {
    const wrong = { name: 42 } as unknown as { name: string };
    expect(() => emulator.updateUser('ada', wrong)).toThrow('`name`: ');
  });
});

describe('signing keys', () => {
  it('the one before goes on verifying, and sessions and tokens go on', async () => {
    await emulator.rotateSigningKeys({ algorithm: 'RS256' });
    expect(await keys()).toMatchObject([{ kty: 'RSA' }, { kty: 'EC', alg: 'ES384' }]);
    const refreshed = await refresh();
    expect(decode(refreshed.body['id_token'])?.header).toMatchObject({ alg: 'RS256' });
    expect(await silently()).toHaveProperty('code');
  });

  it('the one before may be dropped', async () => {
    await emulator.rotateSigningKeys({ keepPrevious: false });
    expect(await keys()).toMatchObject([{ kty: 'EC' }]);
  });
});

describe('webhooks', () => {
  it('tell what the controls do to users', async () => {
    emulator.updateUser('ada', { name: 'Ada' });
    expect((await hook('User.Data.Updated')).event).toMatchObject({ data: { name: 'Ada' } });
    emulator.suspendUser('ada');
    expect((await hook('User.SuspensionStatus.Updated')).event).toMatchObject({
      data: { isSuspended: true },
    });
    emulator.deleteUser('ada');
    expect((await hook('User.Deleted')).event).toMatchObject({ data: null });
  });

  it('tell that someone signed in', async () => {
    await web.signIn({ scope: 'openid' }, { username: 'grace', cookies: new CookieJar() });
    expect((await hook('PostSignIn', 'grace')).event).toMatchObject({
      user: { username: 'grace', applicationId: 'web' },
      application: { id: 'web' },
    });
  });

  it('are sent by hand, signed over the raw body', async () => {
    await emulator.emitWebhook(`${receiverUrl}/hook`, 'Organization.Created', { id: 'org_1' });
    const { headers, body, event } = await hook('Organization.Created');
    const signature = createHmac('sha256', emulator.webhookSigningKey).update(body).digest('hex');
    expect(event).toMatchObject({ data: { id: 'org_1' } });
    expect(headers['logto-signature-sha-256']).toBe(signature);
  });

  it('are sent again, three times at most', async () => {
    receiver.statuses.push(500, 500, 500);
    await emulator.emitWebhook(`${receiverUrl}/again`, 'a');
    receiver.statuses.push(500, 500, 500, 500);
    await expect(emulator.emitWebhook(`${receiverUrl}/again`, 'b')).rejects.toMatchObject({
      code: 'webhook_failed',
    });
    const events = receiver.received
      .filter(({ path }) => path === '/again')
      .map(({ body }) => (JSON.parse(body) as { event: string }).event);
    expect(events).toEqual(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
  });
});

describe('signing out', () => {
  let endSession: string;

  beforeEach(() => {
    endSession = `${emulator.issuer}/session/end?client_id=web&post_logout_redirect_uri=http://localhost:3000/`;
  });

  it('waits for the logout token to be taken, and survives an application that is down', async () => {
    receiver.statuses.push(500);
    expect((await emulator.signOut(endSession, { cookies: web.cookies })).href).toBe(
      'http://localhost:3000/',
    );
    const { body } = await receiver.next(({ path }) => path === '/logout');
    const token = decode(new URLSearchParams(body).get('logout_token'));
    const { exp, iat } = token?.payload ?? {};
    expect(token?.header).toMatchObject({ typ: 'logout+jwt' });
    expect(token?.payload).not.toHaveProperty('sid');
    expect(Number(exp) - Number(iat)).toBe(120);
  });

  it('tells every application that the browser has signed in to', async () => {
    const uri = `${receiverUrl}/logout-of-the-other`;
    emulator.setApplication({ id: 'other', secret: 'b-secret', backchannelLogoutUri: uri });
    const other = new Client(emulator, 'other', 'http://localhost:4000/callback', 'b-secret');
    await other.signIn({ scope: 'openid' }, { cookies: web.cookies });

    await emulator.signOut(endSession, { cookies: web.cookies });
    for (const [path, id] of [
      ['/logout', 'web'],
      ['/logout-of-the-other', 'other'],
    ]) {
      const { body } = await receiver.next((request) => request.path === path);
      const token = decode(new URLSearchParams(body).get('logout_token'));
      expect(token?.payload).toMatchObject({ aud: id, sub: emulator.getUser('ada').id });
    }
  });

  it('does not wait without end for an application that takes the logout token and never answers', async () => {
    const silent = await Elsewhere.start(() => new Promise(() => undefined));
    const backchannelLogoutUri = `${silent.origin}/logout`;
    emulator.setApplication({ id: 'web', secret: 'a-secret', backchannelLogoutUri });

    expect((await emulator.signOut(endSession, { cookies: web.cookies })).href).toBe(
      'http://localhost:3000/',
    );
    expect(silent.requests).toEqual(['/logout']);
    expect(await silently()).toMatchObject({ error: 'login_required' });
    await silent.close();
  });

  it('is a page that ends the session, at a registered address to go to', async () => {
    const uri = 'https://app.example.com/bye';
    emulator.setApplication({ id: 'web', secret: 'a-secret', postLogoutRedirectUris: [uri] });
    const page = await fetch(
      `${emulator.issuer}/session/end?client_id=web&post_logout_redirect_uri=${encodeURIComponent(uri)}`,
    );
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('action="');
  });

  it('stays at the emulator where no address is given', async () => {
    await expect(
      emulator.signOut(`${emulator.issuer}/session/end`, { cookies: web.cookies }),
    ).resolves.toMatchObject({ pathname: '/oidc/session/end/success' });
  });
});
