import { beforeEach, describe, expect, it } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK, type JWTHeaderParameters } from 'jose';
import { call, refusalOf, startApi } from '../support/api.js';
import { ThingsController } from '../support/things.controller.js';
import type { TestApp } from '../../support/app/app.js';
import { startHostileProvider, type HostileProvider } from '../../support/logto/hostile-provider.js';
import { resource } from '../../support/logto/issuer.js';
import { accessTokenClaims, now, signAccessToken } from '../support/access-token.js';

describe('A forged bearer token', () => {
  let provider: HostileProvider;
  let api: TestApp;

  beforeEach(async () => {
    provider = await startHostileProvider();
    api = await startApi({ issuer: provider, controllers: [ThingsController] });
  });

  const signed = (
    changed?: Record<string, unknown>,
    header?: Partial<JWTHeaderParameters>,
  ): Promise<string> => signAccessToken(provider, changed, header);

  const header = (changed: Record<string, unknown> = {}): JWTHeaderParameters => ({
    alg: 'ES384',
    typ: 'at+jwt',
    kid: provider.publicKey.kid ?? '',
    ...changed,
  });

  const answerTo = async (token: string): Promise<ReturnType<typeof refusalOf>> =>
    refusalOf(await call(api, '/things', token));

  const refused = { status: 401, code: 'invalid_token' };

  it('differs in one thing from a genuine token, which is accepted', async () => {
    expect(await answerTo(await signed())).toMatchObject({ status: 200 });
    expect(await answerTo(await signed({ aud: [resource, 'https://more.example'] }))).toMatchObject({
      status: 200,
    });
    expect(await answerTo(await signed({}, { typ: 'application/at+jwt' }))).toMatchObject({ status: 200 });
    expect(await answerTo(await signed({ exp: now() - 10, nbf: now() + 10 }))).toMatchObject({ status: 200 });
  });

  describe('that is signed with the key of Logto is rejected', () => {
    it.each<[string, () => Record<string, unknown>]>([
      ['of another issuer', () => ({ iss: 'https://evil.example/oidc' })],
      ['of an issuer that differs from Logto by a slash', () => ({ iss: `${provider.issuer}/` })],
      ['without an issuer', () => ({ iss: undefined })],
      ['for another API', () => ({ aud: 'https://other.example.com' })],
      ['for several other APIs', () => ({ aud: ['https://other.example.com', `${resource}/`] })],
      [
        'for an API whose indicator begins like that of this one',
        () => ({ aud: `${resource}.evil.example` }),
      ],
      ['without an audience', () => ({ aud: undefined })],
      ['for an empty list of audiences', () => ({ aud: [] })],
      ['for audiences that are not strings', () => ({ aud: [7, null] })],
      ['without a subject', () => ({ sub: undefined })],
      ['that has expired', () => ({ exp: now() - 120 })],
      ['without an expiry', () => ({ exp: undefined })],
      ['whose expiry is not a number', () => ({ exp: 'tomorrow' })],
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

  describe('that anyone can create is rejected', () => {
    it('when it is not signed', async () => {
      const unsigned = new UnsecuredJWT(accessTokenClaims(provider)).encode();
      const [, payload = ''] = unsigned.split('.');
      const none = ['none', 'None', 'NONE'].map(
        (alg) => `${Buffer.from(JSON.stringify(header({ alg }))).toString('base64url')}.${payload}.`,
      );
      for (const token of [unsigned, ...none]) expect(await answerTo(token)).toMatchObject(refused);
    });

    it('when it is signed with the public key as a shared secret', async () => {
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
          const token = await new SignJWT(accessTokenClaims(provider))
            .setProtectedHeader(header({ alg }))
            .sign(bytes);
          expect(await answerTo(token)).toMatchObject(refused);
        }
      }
    });

    it.each<[string, (jwk: JWK) => Record<string, unknown>]>([
      ['brings its own key', (jwk) => ({ jwk })],
      ['links to its own keys', () => ({ jku: 'https://evil.example/jwks' })],
      ['brings its own certificate', () => ({ x5u: 'https://evil.example/cert', x5c: ['MII'] })],
      ['has no key id', () => ({ kid: undefined })],
      ['has an unknown key id', () => ({ kid: 'another' })],
    ])('when it is signed with another key and %s', async (_, more) => {
      const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
      const token = await new SignJWT(accessTokenClaims(provider))
        .setProtectedHeader(
          JSON.parse(JSON.stringify(header(more(await exportJWK(publicKey))))) as JWTHeaderParameters,
        )
        .sign(privateKey);
      expect(await answerTo(token)).toMatchObject(refused);
    });
  });

  it('is rejected when discovery does not list its algorithm, although its key is published', async () => {
    const rsa = await generateKeyPair('RS256');
    const published: JWK = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', use: 'sig' };
    provider.overrides.jwks = (keys) => [...keys, published];
    const token = await new SignJWT(accessTokenClaims(provider))
      .setProtectedHeader(header({ alg: 'RS256', kid: 'rsa' }))
      .sign(rsa.privateKey);

    expect(await answerTo(token)).toMatchObject(refused);
  });

  it('is rejected when discovery lists "none" and an algorithm with a shared secret', async () => {
    const secret = new Uint8Array(64);
    provider.overrides.discovery = (document) => ({
      ...document,
      id_token_signing_alg_values_supported: ['none', 'HS256'],
    });
    provider.overrides.jwks = () => [
      { kty: 'oct', k: Buffer.from(secret).toString('base64url'), kid: 'shared', alg: 'HS256' },
    ];
    const shared = await new SignJWT(accessTokenClaims(provider))
      .setProtectedHeader(header({ alg: 'HS256', kid: 'shared' }))
      .sign(secret);

    expect(await answerTo(shared)).toMatchObject(refused);
    expect(await answerTo(new UnsecuredJWT(accessTokenClaims(provider)).encode())).toMatchObject(refused);
  });

  it('without a key id is rejected when there are several keys', async () => {
    const other = await generateKeyPair('ES384');
    const jwk = await exportJWK(other.publicKey);
    provider.overrides.jwks = (keys) => [...keys, { ...jwk, kid: 'other', use: 'sig' }];
    const token = await new SignJWT(accessTokenClaims(provider))
      .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt' })
      .sign(other.privateKey);

    expect(await answerTo(token)).toMatchObject(refused);
  });

  it('is rejected with a reason that shows nothing of the token', async () => {
    const { challenge } = await answerTo(await signed({ aud: 'https://other.example.com/<script>"' }));
    expect(challenge).toBe(
      'Bearer error="invalid_token", error_description="The token was issued for another API."',
    );
    expect((await answerTo(await signed({ iss: 'https://evil.example' }))).challenge).toBe(
      'Bearer error="invalid_token", error_description="The token was issued by another issuer."',
    );
  });
});
