import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

import { webClient } from '../support/web-client.js';
import { at, startManaged, type ManagementClient } from './support/management.js';

let emulator: LogtoEmulator;
let client: ManagementClient;

beforeEach(async () => {
  ({ emulator, client } = await startManaged());
});

const ada = at({ userId: 'ada' });

describe('Users of the Management API', () => {
  it('have the data that Logto has, and no password', async () => {
    const { data } = await client.GET('/api/users/{userId}', ada);

    expect(data).toEqual({
      id: 'ada',
      username: 'ada',
      primaryEmail: 'ada@example.com',
      primaryPhone: null,
      name: 'Ada Lovelace',
      avatar: null,
      customData: {},
      identities: {},
      profile: {},
      applicationId: null,
      isSuspended: false,
      hasPassword: true,
      lastSignInAt: null,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      cimdClientId: null,
    });
  });

  it('are created, and can sign in', async () => {
    const { data } = await client.POST('/api/users', {
      body: {
        username: 'eve',
        password: 'a-password',
        primaryEmail: 'eve@example.com',
        profile: { nickname: 'E' },
      },
    });
    expect(data).toMatchObject({ username: 'eve', hasPassword: true, profile: { nickname: 'E' } });

    const web = webClient(emulator);
    const tokens = await web.signIn({ scope: 'openid profile' }, { username: 'eve' });
    expect(await web.userInfo(tokens.body['access_token'])).toMatchObject({
      body: { sub: data?.id, nickname: 'E' },
    });
    await expect(
      emulator.signIn(web.authorizationUrl({ scope: 'openid' }), { username: 'eve', password: 'wrong' }),
    ).rejects.toMatchObject({ code: 'interaction_failed' });
  });

  it('are listed page by page, with their number', async () => {
    for (let number = 1; number <= 5; number += 1) emulator.addUser({ username: `user_${number}` });
    const { data, response } = await client.GET('/api/users', {
      params: { query: { page: 2, page_size: 3 } },
    });

    expect(data?.map(({ username }) => username)).toEqual(['user_2', 'user_3', 'user_4']);
    expect(response.headers.get('total-number')).toBe('7');
    const link = (page: number, relation: string): string =>
      `<${emulator.endpoint}/api/users?page=${page}&page_size=3>; rel="${relation}"`;
    expect(response.headers.get('link')).toBe(
      [link(1, 'first'), link(3, 'last'), link(1, 'prev'), link(3, 'next')].join(', '),
    );
    const invalid = await client.GET('/api/users', { params: { query: { page_size: 101 } } });
    expect(invalid.error).toMatchObject({ code: 'guard.invalid_pagination' });
  });

  it.each([
    ['search=%25hopper%25', ['grace']],
    ['search=HOPPER', []],
    ['search.username=a%25', ['ada']],
    ['search=%25a%25&isCaseSensitive=true&search.name=G%25&joint=and', ['grace']],
    ['search.primaryEmail=ada@example.com&mode=exact', ['ada']],
    ['search.name=^A.*e$&mode.name=posix', ['ada']],
    ['search.name=Ada Lov_lac_', ['ada']],
    ['search.name=.*', []],
  ])('are found by %s', async (query, usernames) => {
    const { data } = await client.GET('/api/users', { querySerializer: () => query });

    expect(data?.map(({ username }) => username)).toEqual(usernames);
  });

  it('are changed, and their identifiers stay unique', async () => {
    const body = { name: 'Countess', primaryEmail: '', avatar: 'https://example.com/ada.png' };
    expect((await client.PATCH('/api/users/{userId}', { ...ada, body })).data).toMatchObject({
      name: 'Countess',
      primaryEmail: null,
      username: 'ada',
    });

    const taken = await client.PATCH('/api/users/{userId}', { ...ada, body: { username: 'grace' } });
    expect(taken).toMatchObject({
      error: { code: 'user.username_already_in_use' },
      response: { status: 422 },
    });
    const wrong = await client.PATCH('/api/users/{userId}', { ...ada, body: { primaryEmail: 'ada' } });
    expect(wrong).toMatchObject({ error: { code: 'guard.invalid_input' }, response: { status: 400 } });
    const own = await client.PATCH('/api/users/{userId}', { ...ada, body: { username: 'ada' } });
    expect(own.response.status).toBe(200);
  });

  it('have custom data and a profile, which are merged', async () => {
    await client.PATCH('/api/users/{userId}/custom-data', { ...ada, body: { customData: { plan: 'pro' } } });
    await client.PATCH('/api/users/{userId}/custom-data', { ...ada, body: { customData: { seats: 3 } } });
    await client.PATCH('/api/users/{userId}/profile', { ...ada, body: { profile: { nickname: 'A' } } });

    const { data } = await client.GET('/api/users/{userId}/custom-data', ada);
    expect(data).toEqual({ plan: 'pro', seats: 3 });
    expect(emulator.getUser('ada').profile).toEqual({ nickname: 'A' });
  });

  it('have a password, which is set and verified', async () => {
    const verify = async (password: string) =>
      (await client.POST('/api/users/{userId}/password/verify', { ...ada, body: { password } })).response
        .status;
    await client.PATCH('/api/users/{userId}/password', { ...ada, body: { password: 'enchantress' } });

    expect([await verify('enchantress'), await verify('lovelace')]).toEqual([204, 422]);
    const { data } = await client.GET('/api/users/{userId}/has-password', at({ userId: 'grace' }));
    expect(data).toEqual({ hasPassword: false });
    const web = webClient(emulator);
    await expect(
      emulator.signIn(web.authorizationUrl({ scope: 'openid' }), {
        username: 'ada',
        password: 'enchantress',
      }),
    ).resolves.toBeInstanceOf(URL);
  });

  it('cannot sign in while they are suspended, and their grants have ended', async () => {
    const web = webClient(emulator);
    const tokens = await web.signIn({ prompt: 'consent', scope: 'openid offline_access' });
    const suspend = (isSuspended: boolean) =>
      client.PATCH('/api/users/{userId}/is-suspended', { ...ada, body: { isSuspended } });

    expect((await suspend(true)).data).toMatchObject({ id: 'ada', isSuspended: true });
    expect(await web.refresh(tokens.body['refresh_token'])).toMatchObject({
      body: { error: 'invalid_grant' },
    });
    await expect(web.signIn({ scope: 'openid' })).rejects.toMatchObject({ code: 'interaction_failed' });

    await suspend(false);
    expect(await web.refresh(tokens.body['refresh_token'])).toMatchObject({
      body: { error: 'invalid_grant' },
    });
    expect((await web.signIn({ scope: 'openid' })).status).toBe(200);
  });

  it('are deleted', async () => {
    expect((await client.DELETE('/api/users/{userId}', ada)).response.status).toBe(204);

    const { error, response } = await client.GET('/api/users/{userId}', ada);
    expect(error).toEqual({ code: 'entity.not_found', message: expect.any(String) });
    expect(response.status).toBe(404);
  });

  it('have sessions, which are listed and ended with the grants that the request names', async () => {
    const web = webClient(emulator);
    const tokens = await web.signIn({ prompt: 'consent', scope: 'openid offline_access' });
    const [session] = (await client.GET('/api/users/{userId}/sessions', ada)).data?.sessions ?? [];
    expect(session).toMatchObject({ clientId: 'web', accountId: 'ada', payload: { kind: 'Session' } });
    const path = { userId: 'ada', sessionId: session?.payload.uid ?? '' };
    const end = (query: { revokeGrantsTarget?: 'all' }) =>
      client.DELETE('/api/users/{userId}/sessions/{sessionId}', { params: { path, query } });
    const one = await client.GET('/api/users/{userId}/sessions/{sessionId}', { params: { path } });
    expect(one.data?.payload).toEqual(session?.payload);

    expect((await end({})).response.status).toBe(204);
    expect(await web.callback({ scope: 'openid', prompt: 'none' })).toMatchObject({
      error: 'login_required',
    });
    // With `offline_access` the refresh token still works.
    expect((await web.refresh(tokens.body['refresh_token'])).status).toBe(200);
    expect((await end({})).response.status).toBe(404);

    const again = await web.signIn({ prompt: 'consent', scope: 'openid offline_access' });
    const [second] = (await client.GET('/api/users/{userId}/sessions', ada)).data?.sessions ?? [];
    path.sessionId = second?.payload.uid ?? '';
    await end({ revokeGrantsTarget: 'all' });
    expect(await web.refresh(again.body['refresh_token'])).toMatchObject({
      body: { error: 'invalid_grant' },
    });
  });

  it('get subject tokens for token exchange, and one-time tokens for magic links', async () => {
    const subject = await client.POST('/api/subject-tokens', { body: { userId: 'ada' } });
    expect(subject.data).toEqual({ subjectToken: expect.any(String), expiresIn: 600 });

    const { data } = await client.POST('/api/one-time-tokens', { body: { email: 'ada@example.com' } });
    expect(data).toMatchObject({ email: 'ada@example.com', status: 'active' });
    const url = webClient(emulator).authorizationUrl({
      scope: 'openid',
      login_hint: 'ada@example.com',
      one_time_token: data?.token,
    });
    expect((await emulator.signIn(url, { username: 'ada' })).searchParams.get('code')).not.toBeNull();
  });
});
