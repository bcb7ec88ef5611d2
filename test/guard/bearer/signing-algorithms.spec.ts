import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { LogtoApiGuard } from 'nestjs-logto';
import { startApp, type TestApp } from '../../support/app.js';
import { startHostileProvider, type HostileProvider } from '../../support/hostile-provider.js';
import { resource } from '../../support/issuer.js';

@Controller()
class ThingsController {
  @Get('things')
  @UseGuards(LogtoApiGuard)
  things(): string {
    return 'things';
  }
}

describe('The algorithm of a bearer token', () => {
  let provider: HostileProvider;
  let app: TestApp;

  beforeEach(async () => {
    provider = await startHostileProvider();
    app = await startApp({
      issuer: provider,
      controllers: [ThingsController],
      logto: { api: { audience: resource } },
    });
  });

  afterEach(async () => {
    await app.close();
    await provider.close();
  });

  /** Asks with a token that is signed by a published key, with discovery listing these algorithms. */
  async function ask(algorithm: string, listed: string[]): Promise<number> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    const jwk = { ...(await exportJWK(publicKey)), kid: 'published', use: 'sig' };
    provider.bends = {
      jwks: () => [jwk],
      discovery: (document) => ({ ...document, id_token_signing_alg_values_supported: listed }),
    };
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({
      iss: provider.issuer,
      aud: resource,
      sub: 'ada',
      iat: now,
      exp: now + 60,
    })
      .setProtectedHeader({ alg: algorithm, kid: 'published', typ: 'at+jwt' })
      .sign(privateKey);
    const answer = await app.browser().fetch('/things', { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
  }

  it('may be any asymmetric one that discovery lists', async () => {
    expect(await ask('RS512', ['RS512'])).toBe(200);
  });

  it('is refused where discovery does not list it, though the key is published', async () => {
    expect(await ask('RS512', ['RS256'])).toBe(401);
  });
});
