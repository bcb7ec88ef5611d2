import { beforeEach, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator } from 'nestjs-logto/emulator';

import { decode } from './support/recording.js';
import { startSignedIn, type SignedIn } from './support/start-signed-in.js';
import { webClient } from './support/web-client.js';
import { closeLater } from '../support/runner/leftovers.js';

let emulator: SignedIn['emulator'];
let web: SignedIn['web'];
let refresh: SignedIn['refresh'];
let userInfo: SignedIn['userInfo'];
let signInSilently: SignedIn['signInSilently'];

beforeEach(async () => {
  ({ emulator, web, refresh, userInfo, signInSilently } = await startSignedIn());
});

describe('Ending tokens and sessions', () => {
  it('expireAccessTokens makes userinfo fail, and nothing else', async () => {
    emulator.expireAccessTokens('ada');
    expect((await userInfo()).status).toBe(401);
    expect((await refresh()).status).toBe(200);
  });

  it('expireRefreshTokens makes refreshes fail, and nothing else', async () => {
    emulator.expireRefreshTokens('ada');
    expect((await refresh()).body['error']).toBe('invalid_grant');
    expect((await userInfo()).status).toBe(200);
  });

  it('expireSessions ends the session of the browser, and nothing else', async () => {
    emulator.expireSessions('ada');
    expect(await signInSilently()).toMatchObject({ error: 'login_required' });
    expect((await refresh()).status).toBe(200);
  });

  it('revokeGrants ends all tokens', async () => {
    emulator.revokeGrants('ada');
    expect((await userInfo()).status).toBe(401);
    expect((await refresh()).status).toBe(400);
  });

  it('does not affect other users', async () => {
    emulator.revokeGrants('grace');
    emulator.expireSessions('grace');
    expect((await refresh()).status).toBe(200);
    expect(await signInSilently()).toHaveProperty('code');
  });

  it('passTime makes tokens and sessions older', async () => {
    emulator.passTime(3599);
    expect((await userInfo()).status).toBe(200);
    emulator.passTime(2);
    expect((await userInfo()).status).toBe(401);
    emulator.passTime(14 * 24 * 3600);
    expect(await signInSilently()).toMatchObject({ error: 'login_required' });
  });

  it('ttl sets how long tokens are valid', async () => {
    const shortLived = closeLater(
      await startLogtoEmulator({
        port: 0,
        users: [{ username: 'ada' }],
        applications: [{ id: 'web', secret: 'a-secret' }],
        ttl: { accessToken: 5, idToken: 7 },
      }),
    );
    const { body } = await webClient(shortLived).signIn({ scope: 'openid' });
    const { exp, iat } = decode(body['id_token'])?.payload ?? {};
    expect(body['expires_in']).toBe(5);
    expect(Number(exp) - Number(iat)).toBe(7);
  });
});

describe('A user', () => {
  it('who is suspended loses the tokens, and cannot sign in until restored', async () => {
    emulator.suspendUser('ada');
    expect((await refresh()).body['error']).toBe('invalid_grant');
    expect((await userInfo()).status).toBe(401);
    await expect(web.callback({ scope: 'openid' })).rejects.toThrow('This account is suspended.');
    emulator.restoreUser('ada');
    expect(await web.callback({ scope: 'openid' })).toHaveProperty('code');
  });

  it('who is suspended by updateUser gets no new tokens either', async () => {
    emulator.updateUser('ada', { isSuspended: true });
    expect((await refresh()).body['error']).toBe('invalid_grant');
    emulator.updateUser('ada', { isSuspended: false });
    expect((await refresh()).status).toBe(200);
  });

  it('who is deleted loses the tokens and cannot sign in', async () => {
    emulator.deleteUser('ada');
    expect((await refresh()).body['error']).toBe('invalid_grant');
    await expect(web.callback({ scope: 'openid' })).rejects.toThrow(
      'There is no user "ada". Known users: grace.',
    );
  });

  it('who is added can sign in', async () => {
    emulator.addUser({ username: 'alan', password: 'turing' });
    const url = web.authorizationUrl({ scope: 'openid' });
    await emulator.signIn(url, { username: 'alan', password: 'turing' });
  });

  it('keeps the same id from start to start', async () => {
    const { id } = emulator.getUser('ada');
    const restarted = closeLater(await startLogtoEmulator({ port: 0, users: [{ username: 'ada' }] }));
    expect(restarted.getUser('ada').id).toBe(id);
  });

  it('is not updated with a wrong value: the error names the field', () => {
    const wrong = { name: 42 } as unknown as { name: string };
    expect(() => emulator.updateUser('ada', wrong)).toThrow('`name`: ');
  });
});

describe('Rotating the signing keys', () => {
  const keys = async () => {
    const response = await fetch(`${emulator.issuer}/jwks`);
    return ((await response.json()) as { keys: unknown[] }).keys;
  };

  it('keeps the previous key for verification, and keeps sessions and tokens', async () => {
    await emulator.rotateSigningKeys({ algorithm: 'RS256' });
    expect(await keys()).toMatchObject([{ kty: 'RSA' }, { kty: 'EC', alg: 'ES384' }]);
    const refreshed = await refresh();
    expect(decode(refreshed.body['id_token'])?.header).toMatchObject({ alg: 'RS256' });
    expect(await signInSilently()).toHaveProperty('code');
  });

  it('can drop the previous key', async () => {
    await emulator.rotateSigningKeys({ keepPrevious: false });
    expect(await keys()).toMatchObject([{ kty: 'EC' }]);
  });
});
