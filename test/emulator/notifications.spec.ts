import { createHmac } from 'node:crypto';

import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CookieJar } from 'nestjs-logto/emulator';

import { OtherServer } from '../support/requests/other-server.js';
import { Receiver } from './support/receiver.js';
import { decode } from './support/recording.js';
import { startSignedIn, type SignedIn } from './support/start-signed-in.js';
import { webClient } from './support/web-client.js';

const receiver = new Receiver();
let emulator: SignedIn['emulator'];
let web: SignedIn['web'];
let signInSilently: SignedIn['signInSilently'];

const receiverUrl = await receiver.start();
afterAll(() => receiver.close());

beforeEach(async () => {
  ({ emulator, web, signInSilently } = await startSignedIn({
    applications: [{ id: 'web', secret: 'a-secret', backchannelLogoutUri: `${receiverUrl}/logout` }],
    organizations: [{ id: 'acme', name: 'Acme' }],
    webhooks: [{ url: `${receiverUrl}/hook`, signingKey: 'a-key' }],
  }));
  await receivedWebhook('PostSignIn');
});

/** The next webhook of this event, about this user if one is named. */
const receivedWebhook = async (event: string, username = '') => {
  const { headers, body } = await receiver.next(
    (request) =>
      request.path === '/hook' &&
      request.body.includes(`"event":"${event}"`) &&
      request.body.includes(username),
  );
  return { headers, body, event: JSON.parse(body) as Record<string, unknown> };
};

/** The next logout token that was posted to this path. */
const receivedLogoutToken = async (at = '/logout') => {
  const { body } = await receiver.next(({ path }) => path === at);
  return decode(new URLSearchParams(body).get('logout_token'));
};

describe('Webhooks', () => {
  it('report what a test changes about users', async () => {
    emulator.updateUser('ada', { name: 'Ada' });
    expect((await receivedWebhook('User.Data.Updated')).event).toMatchObject({ data: { name: 'Ada' } });
    emulator.suspendUser('ada');
    expect((await receivedWebhook('User.SuspensionStatus.Updated')).event).toMatchObject({
      data: { isSuspended: true },
    });
    emulator.deleteUser('ada');
    expect((await receivedWebhook('User.Deleted')).event).toMatchObject({
      status: 204,
      method: 'DELETE',
      data: { username: 'ada' },
    });
  });

  it('report every change of a user by the request at Logto that makes it', async () => {
    const { id } = emulator.addUser({ username: 'eve', password: 'a-password', name: 'Eve' });
    const created = await receivedWebhook('User.Created', 'eve');
    expect(created.event).toMatchObject({ path: '/users', method: 'POST', data: { id, hasPassword: true } });
    expect(created.body).not.toContain('a-password');
    emulator.suspendUser('eve');
    emulator.restoreUser('eve');
    for (const isSuspended of [true, false]) {
      expect((await receivedWebhook('User.SuspensionStatus.Updated')).event).toMatchObject({
        path: `/users/${id}/is-suspended`,
        matchedRoute: '/users/:userId/is-suspended',
        params: { userId: id },
        data: { isSuspended },
      });
    }
  });

  it('report members who are added to an organization or removed from it', async () => {
    const { id } = emulator.getUser('ada');
    emulator.updateUser('ada', { organizations: [{ id: 'acme' }] });
    expect((await receivedWebhook('Organization.Membership.Updated')).event).toMatchObject({
      method: 'POST',
      path: '/organizations/acme/users',
      organizationId: 'acme',
      addedUserIds: [id],
    });
    emulator.updateUser('ada', { organizations: [] });
    const { event } = await receivedWebhook('Organization.Membership.Updated');
    expect(event).toMatchObject({
      method: 'DELETE',
      path: `/organizations/acme/users/${id}`,
      organizationId: 'acme',
      removedUserIds: [id],
    });
    expect(event).not.toHaveProperty('addedUserIds');
  });

  it('report nothing when only the roles of a user change, as in Logto', async () => {
    receiver.received.length = 0;
    emulator.updateUser('ada', { roles: [] });
    emulator.updateUser('ada', { name: 'Augusta' });
    await receivedWebhook('User.Data.Updated', 'Augusta');
    expect(receiver.received.filter(({ path }) => path === '/hook')).toEqual([]);
  });

  it('report a sign-in', async () => {
    await web.signIn({ scope: 'openid' }, { username: 'grace', cookies: new CookieJar() });
    expect((await receivedWebhook('PostSignIn', 'grace')).event).toMatchObject({
      user: { username: 'grace', applicationId: 'web' },
      application: { id: 'web' },
    });
  });

  it('report a sign-up, and the new user', async () => {
    const url = web.authorizationUrl({ scope: 'openid', first_screen: 'register' });
    const account = { username: 'katherine', password: 'johnson', cookies: new CookieJar() };
    await emulator.signUp(url, account);
    expect((await receivedWebhook('PostRegister')).event).toMatchObject({ user: { username: 'katherine' } });
    expect((await receivedWebhook('User.Created')).event).toMatchObject({
      interactionEvent: 'Register',
      data: { username: 'katherine' },
    });
  });

  it('can be sent by emitWebhook, signed over the raw body', async () => {
    await emulator.emitWebhook(`${receiverUrl}/hook`, 'Organization.Created', { id: 'org_1' });
    const { headers, body, event } = await receivedWebhook('Organization.Created');
    const signature = createHmac('sha256', emulator.webhookSigningKey).update(body).digest('hex');
    expect(event).toMatchObject({ data: { id: 'org_1' } });
    expect(headers['logto-signature-sha-256']).toBe(signature);
  });

  it('are retried at most three times', async () => {
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

describe('Signing out', () => {
  let endSession: string;

  beforeEach(() => {
    endSession = `${emulator.issuer}/session/end?client_id=web&post_logout_redirect_uri=http://localhost:3000/`;
  });

  it('waits until the application has answered the logout token, even with 500', async () => {
    receiver.statuses.push(500);
    expect((await emulator.signOut(endSession, { cookies: web.cookies })).href).toBe(
      'http://localhost:3000/',
    );
    const token = await receivedLogoutToken();
    const { exp, iat } = token?.payload ?? {};
    expect(token?.header).toMatchObject({ typ: 'logout+jwt' });
    expect(token?.payload).not.toHaveProperty('sid');
    expect(Number(exp) - Number(iat)).toBe(120);
  });

  it('sends a logout token to every application that the browser has signed in to', async () => {
    const uri = `${receiverUrl}/logout-of-the-other`;
    emulator.setApplication({ id: 'other', secret: 'a-secret', backchannelLogoutUri: uri });
    const other = webClient(emulator, 'other', 'http://localhost:4000/callback');
    await other.signIn({ scope: 'openid' }, { cookies: web.cookies });

    await emulator.signOut(endSession, { cookies: web.cookies });
    for (const [path, id] of [
      ['/logout', 'web'],
      ['/logout-of-the-other', 'other'],
    ]) {
      const token = await receivedLogoutToken(path);
      expect(token?.payload).toMatchObject({ aud: id, sub: emulator.getUser('ada').id });
    }
  });

  it('does not wait forever for an application that never answers', async () => {
    const silent = await OtherServer.start(() => new Promise(() => undefined));
    const backchannelLogoutUri = `${silent.origin}/logout`;
    emulator.setApplication({ id: 'web', secret: 'a-secret', backchannelLogoutUri });

    expect((await emulator.signOut(endSession, { cookies: web.cookies })).href).toBe(
      'http://localhost:3000/',
    );
    expect(silent.requests).toEqual(['/logout']);
    expect(await signInSilently()).toMatchObject({ error: 'login_required' });
    await silent.close();
  });

  it('shows a page that ends the session if the post sign-out URI is registered', async () => {
    const uri = 'https://app.example.com/bye';
    emulator.setApplication({ id: 'web', secret: 'a-secret', postLogoutRedirectUris: [uri] });
    const page = await fetch(
      `${emulator.issuer}/session/end?client_id=web&post_logout_redirect_uri=${encodeURIComponent(uri)}`,
    );
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('action="');
  });

  it('ends on a page of the emulator without a post sign-out URI', async () => {
    await expect(
      emulator.signOut(`${emulator.issuer}/session/end`, { cookies: web.cookies }),
    ).resolves.toMatchObject({ pathname: '/oidc/session/end/success' });
  });

  it('is not caused by an update, a suspension or a deletion: no logout token is sent, as in Logto', async () => {
    receiver.received.length = 0;
    emulator.updateUser('ada', { name: 'Ada' });
    emulator.suspendUser('ada');
    emulator.deleteUser('ada');
    await receivedWebhook('User.Deleted');

    // Logout tokens are sent in order, so the one of grace's sign-out would arrive after any of ada's.
    const cookies = new CookieJar();
    await web.signIn({ scope: 'openid' }, { username: 'grace', cookies });
    await emulator.signOut(`${emulator.issuer}/session/end?client_id=web`, { cookies });
    const token = await receivedLogoutToken();
    expect(token?.payload['sub']).toBe(emulator.getUser('grace').id);
    expect(receiver.received.filter(({ path }) => path === '/logout')).toEqual([]);
  });
});
