import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import type { TestApp } from '../../support/app.js';
import { startHostileProvider, type HostileProvider } from '../../support/hostile-provider.js';
import { resource } from '../../support/issuer.js';
import { call, refusalOf, startApi } from '../../access/support/api.js';
import { ThingsController } from '../../access/support/things.controller.js';

const now = (): number => Math.floor(Date.now() / 1000);

describe('A forged bearer token', () => {
  let provider: HostileProvider;
  let api: TestApp;

  beforeEach(async () => {
    provider = await startHostileProvider();
    api = await startApi({ issuer: provider, controllers: [ThingsController] });
  });

  afterEach(async () => {
    await api.close();
    await provider.close();
  });

  /** Claims as Logto makes them. What is `undefined` is left out. */
  function claims(changed: Record<string, unknown> = {}): JWTPayload {
    const honest = {
      iss: provider.issuer,
      aud: resource,
      sub: 'ada',
      client_id: 'app',
      jti: 'token-1',
      scope: 'read:things',
      iat: now(),
      exp: now() + 3600,
      ...changed,
    };
    return JSON.parse(JSON.stringify(honest)) as JWTPayload;
  }

  /** A token that is signed as it should be, whatever it says. */
  const signed = (
    changed: Record<string, unknown> = {},
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> => provider.sign(claims(changed), { typ: 'at+jwt', ...header });

  const header = (changed: Record<string, unknown> = {}): JWTHeaderParameters => ({
    alg: 'ES384',
    typ: 'at+jwt',
    kid: provider.publicKey.kid ?? '',
    ...changed,
  });

  const answerTo = async (token: string): Promise<ReturnType<typeof refusalOf>> =>
    refusalOf(await call(api, '/things', token));

  const refused = { status: 401, code: 'invalid_token' };

  it('passes for a true one where it is one, so that each test here changes one thing', async () => {
    expect(await answerTo(await signed())).toMatchObject({ status: 200 });
    expect(await answerTo(await signed({ aud: [resource, 'https://more.example'] }))).toMatchObject({
      status: 200,
    });
    expect(await answerTo(await signed({}, { typ: 'application/at+jwt' }))).toMatchObject({ status: 200 });
    expect(await answerTo(await signed({ exp: now() - 10, nbf: now() + 10 }))).toMatchObject({ status: 200 });
  });

  describe('that is signed by Logto’s key is refused', () => {
    it.each<[string, () => Record<string, unknown>]>([
      ['of another issuer', () => ({ iss: 'https://evil.example/oidc' })],
      ['of an issuer that is only like Logto', () => ({ iss: `${provider.issuer}/` })],
      ['of no issuer', () => ({ iss: undefined })],
      ['for another API', () => ({ aud: 'https://other.example.com' })],
      ['for several other APIs', () => ({ aud: ['https://other.example.com', `${resource}/`] })],
      ['for an API whose name begins as this one’s', () => ({ aud: `${resource}.evil.example` })],
      ['for nobody', () => ({ aud: undefined })],
      ['for an empty list of audiences', () => ({ aud: [] })],
      ['for what is no name', () => ({ aud: [7, null] })],
      ['of nobody', () => ({ sub: undefined })],
      ['that has expired', () => ({ exp: now() - 120 })],
      ['that never expires', () => ({ exp: undefined })],
      ['whose expiry is no number', () => ({ exp: 'tomorrow' })],
      ['that is not valid yet', () => ({ nbf: now() + 120 })],
    ])('when it is one %s', async (_, changed) => {
      expect(await answerTo(await signed(changed()))).toMatchObject(refused);
    });

    it.each(['JWT', 'logout+jwt', 'dpop+jwt', 'application/logout+jwt', '', undefined])(
      'when its type is %j',
      async (typ) => {
        expect(await answerTo(await signed({}, { typ }))).toMatchObject(refused);
      },
    );
  });

  describe('that anybody can make is refused', () => {
    it('when it is not signed at all', async () => {
      const unsigned = new UnsecuredJWT(claims()).encode();
      const [, payload = ''] = unsigned.split('.');
      const none = ['none', 'None', 'NONE'].map(
        (alg) => `${Buffer.from(JSON.stringify(header({ alg }))).toString('base64url')}.${payload}.`,
      );
      for (const token of [unsigned, ...none]) expect(await answerTo(token)).toMatchObject(refused);
    });

    it('when the public key was used as a shared secret', async () => {
      const key = createPublicKey({ key: provider.publicKey as never, format: 'jwk' });
      const secrets = [
        key.export({ type: 'spki', format: 'pem' }),
        key.export({ type: 'spki', format: 'der' }),
        JSON.stringify(provider.publicKey),
        provider.publicKey.x ?? '',
      ];
      for (const secret of secrets) {
        const bytes = Uint8Array.from(Buffer.from(secret as string));
        for (const alg of ['HS256', 'HS384', 'HS512']) {
          const token = await new SignJWT(claims()).setProtectedHeader(header({ alg })).sign(bytes);
          expect(await answerTo(token)).toMatchObject(refused);
        }
      }
    });

    it.each<[string, (jwk: JWK) => Record<string, unknown>]>([
      ['brings its own key', (jwk) => ({ jwk })],
      ['says where its own keys are', () => ({ jku: 'https://evil.example/jwks' })],
      ['brings a certificate', () => ({ x5u: 'https://evil.example/cert', x5c: ['MII'] })],
      ['says no key', () => ({ kid: undefined })],
      ['says another key', () => ({ kid: 'another' })],
    ])('when it is signed by another key and %s', async (_, more) => {
      const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
      const token = await new SignJWT(claims())
        .setProtectedHeader(
          JSON.parse(JSON.stringify(header(more(await exportJWK(publicKey))))) as JWTHeaderParameters,
        )
        .sign(privateKey);
      expect(await answerTo(token)).toMatchObject(refused);
    });
  });

  it('of an algorithm that discovery does not list is refused, though its key is published', async () => {
    const rsa = await generateKeyPair('RS256');
    const published: JWK = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', use: 'sig' };
    provider.bends.jwks = (keys) => [...keys, published];
    const token = await new SignJWT(claims())
      .setProtectedHeader(header({ alg: 'RS256', kid: 'rsa' }))
      .sign(rsa.privateKey);

    expect(await answerTo(token)).toMatchObject(refused);
  });

  it('does not pass where discovery lists what is no signature of Logto’s alone', async () => {
    const secret = new Uint8Array(64);
    provider.bends.discovery = (document) => ({
      ...document,
      id_token_signing_alg_values_supported: ['none', 'HS256'],
    });
    provider.bends.jwks = () => [
      { kty: 'oct', k: Buffer.from(secret).toString('base64url'), kid: 'shared', alg: 'HS256' },
    ];
    const shared = await new SignJWT(claims())
      .setProtectedHeader(header({ alg: 'HS256', kid: 'shared' }))
      .sign(secret);

    expect(await answerTo(shared)).toMatchObject(refused);
    expect(await answerTo(new UnsecuredJWT(claims()).encode())).toMatchObject(refused);
  });

  it('without a key’s name is refused where there are several keys', async () => {
    const other = await generateKeyPair('ES384');
    const jwk = await exportJWK(other.publicKey);
    provider.bends.jwks = (keys) => [...keys, { ...jwk, kid: 'other', use: 'sig' }];
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt' })
      .sign(other.privateKey);

    expect(await answerTo(token)).toMatchObject(refused);
  });

  it('is told apart by a reason that shows nothing of it', async () => {
    const { challenge } = await answerTo(await signed({ aud: 'https://other.example.com/<script>"' }));
    expect(challenge).toBe(
      'Bearer error="invalid_token", error_description="The token was made for another API."',
    );
    expect((await answerTo(await signed({ iss: 'https://evil.example' }))).challenge).toBe(
      'Bearer error="invalid_token", error_description="The token was issued by another issuer."',
    );
  });
});
