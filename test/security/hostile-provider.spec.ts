import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { MemoryStore } from 'express-session';
import { generateKeyPair, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { AuthUser, LogtoGuard, WithLogto, type LogtoContext } from 'nestjs-logto';
import { session, startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import {
  startHostileProvider,
  type ProviderResponse,
  type Overrides,
  type HostileProvider,
} from '../support/logto/hostile-provider.js';
import { application } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';

@Controller()
class UserInfoController {
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(): string {
    return 'in';
  }

  @Get('user-info')
  @WithLogto({ fetchUserInfo: true })
  userInfo(@AuthUser() user: LogtoContext): unknown {
    return user.userInfo;
  }
}

const now = (): number => Math.floor(Date.now() / 1000);

const hmacSigned = (secret: Uint8Array) => (claims: JWTPayload, header: JWTHeaderParameters) =>
  new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret);

async function signedByAnother(claims: JWTPayload, header: JWTHeaderParameters): Promise<string> {
  const { privateKey } = await generateKeyPair('ES384');
  return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
}

const changed =
  (
    path: string,
    change: (response: ProviderResponse) => ProviderResponse | Promise<ProviderResponse>,
  ): NonNullable<Overrides['response']> =>
  (requested, response) =>
    requested === path ? change(response) : response;

const never = (): Promise<ProviderResponse> => new Promise(() => undefined);

describe('Of a hostile provider,', () => {
  let provider: HostileProvider;
  let app: TestApp;
  let store: MemoryStore;

  beforeEach(async () => {
    provider = await startHostileProvider();
    store = new MemoryStore();
    app = await startApp({
      issuer: provider,
      controllers: [UserInfoController],
      logto: { session: { ...session, store }, http: { timeout: 2000 } },
    });
  });

  async function callback(browser: Browser, parameters?: Record<string, string>): Promise<string> {
    const { location } = await browser.open('/logto/sign-in');
    return provider.callback(location ?? '', parameters);
  }

  async function expectNobodySignedIn(browser: Browser): Promise<void> {
    expect((await browser.open('/protected')).status).toBe(302);
    const stored = Object.values((store as unknown as { sessions: Record<string, string> }).sessions);
    expect(stored.filter((entry) => entry.includes('"logto"') || entry.includes('logtoTokens'))).toEqual([]);
  }

  it('valid responses sign users in', async () => {
    const browser = app.browser();

    expect((await browser.open(await callback(browser))).status).toBe(302);
    expect((await browser.open('/protected')).text).toBe('in');
  });

  describe('the ID token', () => {
    const wrong = (claims: Partial<JWTPayload>) => () => ({
      claims: (original: JWTPayload) => ({ ...original, ...claims }),
    });
    const rows: [change: string, overrides: (provider: HostileProvider) => Overrides][] = [
      ['another issuer', wrong({ iss: 'https://other.example/oidc' })],
      ['another audience', wrong({ aud: 'another-app' })],
      ['no audience', wrong({ aud: undefined })],
      ['several audiences without an authorized party', wrong({ aud: [application.id, 'other'] })],
      ['another authorized party', wrong({ aud: [application.id, 'other'], azp: 'other' })],
      ['no subject', wrong({ sub: undefined })],
      ['no time of issue', wrong({ iat: undefined })],
      ['an old time of issue', wrong({ iat: now() - 86_400 })],
      ['an expiry in the past', wrong({ exp: now() - 120 })],
      ['no expiry', wrong({ exp: undefined })],
      ['a start in the future', wrong({ nbf: now() + 3600 })],
      ['no nonce', wrong({ nonce: undefined })],
      ['another nonce', wrong({ nonce: 'another' })],
      ['the hash of another access token', wrong({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
      ['a signature with another key', () => ({ idToken: signedByAnother })],
      ['no signature', () => ({ idToken: (claims) => new UnsecuredJWT(claims).encode() })],
      [
        'a signature with the client secret',
        () => ({ idToken: hmacSigned(new TextEncoder().encode(application.secret)) }),
      ],
      [
        'a signature with the public key as a secret',
        ({ publicKey }) => ({ idToken: hmacSigned(new TextEncoder().encode(JSON.stringify(publicKey))) }),
      ],
      ['an unknown key id', () => ({ header: (header) => ({ ...header, kid: 'unknown' }) })],
      [
        'no key id where there are several keys',
        () => ({
          header: ({ alg }) => ({ alg, kid: undefined }),
          jwks: (keys) => [...keys, { ...keys[0], kid: 'second' }],
        }),
      ],
    ];

    it.each(rows)('is rejected with %s', async (_, overrides) => {
      provider.overrides = overrides(provider);
      const browser = app.browser();

      const answer = await browser.fetch(await callback(browser));

      expect(answer.status).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'id_token_invalid' });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      await expectNobodySignedIn(browser);
    });

    /** The status of a sign-in in an app with this clock tolerance, in seconds. */
    async function statusOfSignIn(
      claims: () => Partial<JWTPayload>,
      clockTolerance?: number,
    ): Promise<number> {
      const own = await startApp({
        issuer: provider,
        controllers: [UserInfoController],
        logto: { http: { clockTolerance } },
      });
      const browser = own.browser();
      const { location = '' } = await browser.open('/logto/sign-in');
      provider.overrides = { claims: (original) => ({ ...original, ...claims() }) };
      return (await browser.fetch(provider.callback(location))).status;
    }

    it('is accepted when its times are a few seconds off, but not when it was issued in the future', async () => {
      expect(await statusOfSignIn(() => ({ exp: now() - 10 }))).toBe(302);
      expect(await statusOfSignIn(() => ({ nbf: now() + 10 }))).toBe(302);
      expect(await statusOfSignIn(() => ({ iat: now() + 86_400, exp: now() + 90_000 }))).toBe(401);
    });

    it('is accepted within http.clockTolerance', async () => {
      expect(await statusOfSignIn(() => ({ exp: now() - 300 }), 600)).toBe(302);
      expect(await statusOfSignIn(() => ({ exp: now() - 5 }), 0)).toBe(401);
    });

    it('is accepted when it has the hash of the access token', async () => {
      const digest = createHash('sha384').update('access-token-of-the-hostile-provider').digest();
      const at_hash = digest.subarray(0, digest.length / 2).toString('base64url');
      provider.overrides = { claims: (claims) => ({ ...claims, at_hash }) };
      const browser = app.browser();

      expect((await browser.open(await callback(browser))).status).toBe(302);
    });

    it('with an unknown key causes one fetch of the keys for each callback', async () => {
      provider.overrides = { header: (header) => ({ ...header, kid: 'unknown' }) };
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        const browser = app.browser();
        expect((await browser.fetch(await callback(browser))).status).toBe(401);
        expect(provider.count('/oidc/.well-known/openid-configuration')).toBe(1 + attempt);
        expect(provider.count('/oidc/jwks')).toBe(1 + attempt);
      }
    });

    it('is accepted once its key is published', async () => {
      const first = app.browser();
      provider.overrides = { header: (header) => ({ ...header, kid: 'late' }) };
      expect((await first.fetch(await callback(first))).status).toBe(401);
      provider.overrides = {
        ...provider.overrides,
        jwks: (keys) => keys.map((key) => ({ ...key, kid: 'late' })),
      };

      const second = app.browser();
      expect((await second.open(await callback(second))).status).toBe(302);
    });

    it('is accepted after a rotation to a key of another type', async () => {
      const before = app.browser();
      await before.open(await callback(before));
      await provider.rotate('RS256');
      const browser = app.browser();

      expect((await browser.open(await callback(browser))).status).toBe(302);
      expect(provider.count('/oidc/token')).toBe(2);
    });
  });

  describe('the token response', () => {
    const token = '/oidc/token';
    const rows: [
      change: string,
      overrides: (provider: HostileProvider) => Overrides,
      status: number,
      code: string,
    ][] = [
      ['no ID token', () => ({ idToken: () => undefined }), 401, 'id_token_invalid'],
      [
        'tokens of another type than bearer',
        () => ({ tokens: (body) => ({ ...body, token_type: 'DPoP' }) }),
        401,
        'provider_answer_invalid',
      ],
      [
        '500',
        () => ({ response: changed(token, (response) => ({ ...response, status: 500 })) }),
        503,
        'provider_unavailable',
      ],
      [
        'an HTML page',
        () => ({
          response: changed(token, () => ({
            status: 200,
            headers: { 'content-type': 'text/html' },
            body: '<h1>Hi</h1>',
          })),
        }),
        503,
        'provider_unavailable',
      ],
      [
        'half a response',
        () => ({
          response: changed(token, (response) => ({ ...response, body: response.body.slice(0, 40) })),
        }),
        503,
        'provider_unavailable',
      ],
      [
        'ten megabytes',
        () => ({
          response: changed(token, (response) => ({
            ...response,
            body: JSON.stringify({
              ...(JSON.parse(response.body) as object),
              filler: 'x'.repeat(10_000_000),
            }),
          })),
        }),
        503,
        'provider_unavailable',
      ],
      ['no response', () => ({ response: changed(token, never) }), 503, 'provider_timeout'],
      [
        'a redirect',
        ({ endpoint }) => ({
          response: changed(token, () => ({
            status: 307,
            headers: { location: `${endpoint}/elsewhere` },
            body: '',
          })),
        }),
        503,
        'provider_unavailable',
      ],
    ];

    it.each(rows)('does not sign the user in with %s', async (_, overrides, status, code) => {
      provider.overrides = overrides(provider);
      const browser = app.browser();

      const answer = await browser.fetch(await callback(browser));

      expect({ status: answer.status, code: answer.json().code }).toEqual({ status, code });
      expect(provider.count('/elsewhere')).toBe(0);
      await expectNobodySignedIn(browser);
    });
  });

  it('a callback of another issuer is rejected (RFC 9207)', async () => {
    const browser = app.browser();

    const answer = await browser.fetch(await callback(browser, { iss: 'https://other.example/oidc' }));

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'callback_invalid' });
    expect(provider.count('/oidc/token')).toBe(0);
    await expectNobodySignedIn(browser);
  });

  it('a discovery document of another issuer is rejected', async () => {
    provider.overrides = { discovery: (document) => ({ ...document, issuer: 'https://other.example/oidc' }) };

    const answer = await app.browser().fetch('/logto/sign-in');

    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'provider_misconfigured' });
  });

  it('an error description is logged without the code that it repeats', async () => {
    const browser = app.browser();
    const url = await callback(browser);
    const code = new URL(url).searchParams.get('code') ?? '';
    provider.overrides = {
      response: changed('/oidc/token', (response) => ({
        ...response,
        status: 401,
        body: JSON.stringify({ error: 'invalid_client', error_description: `${code} of a wrong client` }),
      })),
    };

    expect((await browser.open(url)).status).toBe(503);
    expect(leaks.logged.join('\n')).toMatch(/invalid_client[^]*of a wrong client/);
    expect(leaks.logged.join('\n')).not.toContain(code);
  });

  it('userinfo of another user is rejected', async () => {
    const browser = app.browser();
    await browser.open(await callback(browser));
    provider.overrides = { userInfo: (claims) => ({ ...claims, sub: 'mallory' }) };

    const answer = await browser.fetch('/user-info');

    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'user_info_invalid' });
    expect(answer.text).not.toContain('mallory');
  });
});
