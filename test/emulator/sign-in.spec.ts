import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';

describe('signing in at the emulator', () => {
  let emulator: LogtoEmulator;

  beforeAll(async () => {
    emulator = await startLogtoEmulator({
      port: 0,
      users: [{ username: 'ada', password: 'lovelace' }],
      applications: [{ id: 'app', secret: 'secret' }],
    });
  });
  afterAll(() => emulator.close());

  const authorizationUrl = () =>
    `${emulator.issuer}/auth?${new URLSearchParams({
      client_id: 'app',
      redirect_uri: 'http://localhost:3000/callback',
      response_type: 'code',
      scope: 'openid',
      state: 'a-state',
    }).toString()}`;

  it('takes one click on a seeded user', async () => {
    const callback = await emulator.signIn(authorizationUrl(), { username: 'ada' });
    expect(callback.origin).toBe('http://localhost:3000');
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      code: expect.any(String),
      state: 'a-state',
      iss: emulator.issuer,
    });
  });

  it('takes username and password', async () => {
    const callback = await emulator.signIn(authorizationUrl(), { username: 'ada', password: 'lovelace' });
    expect(callback.searchParams.has('code')).toBe(true);
  });

  it('says so when the password is wrong', async () => {
    await expect(
      emulator.signIn(authorizationUrl(), { username: 'ada', password: 'byron' }),
    ).rejects.toMatchObject({
      code: 'walk_failed',
      message: expect.stringContaining('The account or the password is wrong'),
    });
  });
});
