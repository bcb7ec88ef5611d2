import { beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { call, startApi } from '../support/api.js';
import { ThingsController } from '../support/things.controller.js';
import type { TestApp } from '../../support/app/app.js';
import { startHostileProvider, type HostileProvider } from '../../support/logto/hostile-provider.js';
import { accessTokenClaims } from '../support/access-token.js';

describe('The signing algorithm of a bearer token', () => {
  let provider: HostileProvider;
  let api: TestApp;

  beforeEach(async () => {
    provider = await startHostileProvider();
    api = await startApi({ issuer: provider, controllers: [ThingsController] });
  });

  /** The status for a token that is signed with a published key, where discovery lists these algorithms. */
  async function statusOf(algorithm: string, listed: string[]): Promise<number> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    const jwk = { ...(await exportJWK(publicKey)), kid: 'published', use: 'sig' };
    provider.overrides = {
      jwks: () => [jwk],
      discovery: (document) => ({ ...document, id_token_signing_alg_values_supported: listed }),
    };
    const token = await new SignJWT(accessTokenClaims(provider))
      .setProtectedHeader({ alg: algorithm, kid: 'published', typ: 'at+jwt' })
      .sign(privateKey);
    return (await call(api, '/things', token)).status;
  }

  it('can be any asymmetric one that discovery lists', async () => {
    expect(await statusOf('RS512', ['RS512'])).toBe(200);
  });

  it('is rejected when discovery does not list it, although the key is published', async () => {
    expect(await statusOf('RS512', ['RS256'])).toBe(401);
  });
});
