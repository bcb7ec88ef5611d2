import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { generateKeyPair, SignJWT, type JWTHeaderParameters } from 'jose';
import { LogtoApiGuard, RequireRoles, RequireScopes } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { LogRecorder } from '../support/log-recorder.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import type { TestApp } from '../../support/app/app.js';
import { passTime, restoreTime } from '../../support/runner/clock.js';
import { startHostileProvider, type HostileProvider } from '../../support/logto/hostile-provider.js';
import { application, resource } from '../../support/logto/issuer.js';
import { withNodeEnv } from '../../support/app/with-node-env.js';
import { accessTokenClaims, now, signAccessToken } from '../support/access-token.js';
import { closeLater } from '../../support/runner/leftovers.js';

@Controller()
@UseGuards(LogtoApiGuard)
class ThingsController {
  @Get('things')
  things(): string {
    return 'things';
  }

  @Get('roles')
  @RequireRoles('admin')
  roles(): string {
    return 'roles';
  }

  @Get('erased')
  @RequireScopes('erase:things')
  erased(): string {
    return 'erased';
  }
}

/** The challenge that the client gets, and what is logged about it. */
interface Refusal {
  challenge: string;
  lines: { level: string; text: string }[];
}

describe('A rejected bearer token', () => {
  let provider: HostileProvider;
  let api: TestApp;
  let logs: LogRecorder;

  beforeEach(async () => {
    logs = new LogRecorder();
    provider = await startHostileProvider();
    api = await startApi({
      issuer: provider,
      controllers: [ThingsController],
      configure: (nest) => nest.useLogger(logs),
    });
    logs.lines.length = 0;
  });

  afterEach(() => {
    restoreTime();
    logs.stop();
  });

  const signed = (
    changed?: Record<string, unknown>,
    header?: Partial<JWTHeaderParameters>,
  ): Promise<string> => signAccessToken(provider, changed, header);

  /** A token that is signed with a key that Logto does not have. */
  const foreign = async (changed: Record<string, unknown> = {}): Promise<string> => {
    const { privateKey } = await generateKeyPair('ES384');
    return new SignJWT(accessTokenClaims(provider, changed))
      .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid: 'of-another' })
      .sign(privateKey);
  };

  /** The claims of one valid token with the signature of another. */
  const spliced = async (): Promise<string> => {
    const [one, other] = [(await signed()).split('.'), (await signed({ sub: 'bob' })).split('.')];
    return [...one.slice(0, 2), other[2]].join('.');
  };

  async function refusal(token: string, path = '/things'): Promise<Refusal> {
    const { challenge } = refusalOf(await call(api, path, token));
    return { challenge: challenge ?? '', lines: logs.lines };
  }

  it.each<[string, string, () => Promise<string>]>([
    ['has expired', 'The token has expired.', () => signed({ exp: now() - 120 })],
    ['is not valid yet', 'The token is not valid yet.', () => signed({ nbf: now() + 120 })],
    [
      'is an ID token',
      'This is not an access token: its type is not at+jwt. Send the access token, not the ID token.',
      () => signed({}, { typ: 'JWT' }),
    ],
    ['has no audience', "The token lacks the claim 'aud'.", () => signed({ aud: undefined })],
    ['was changed', "The token's signature is not Logto's.", spliced],
    [
      'is signed with an unknown key',
      'The token is signed with a key that Logto does not publish.',
      () => foreign(),
    ],
    ['is malformed, with three parts', 'The token is malformed.', async () => 'a.b.c'],
    ['is malformed, with two parts', 'The token is malformed.', async () => 'a.b'],
  ])('that %s: the challenge says so, and it is logged at debug level', async (_, description, token) => {
    const { challenge, lines } = await refusal(await token());

    expect(challenge).toBe(`Bearer error="invalid_token", error_description="${description}"`);
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
    expect(lines[0]?.text).toContain(`invalid_token: ${description}`);
  });

  it.each<[string, string, RegExp, () => Promise<string>]>([
    [
      'was issued for another API',
      'The token was issued for another API.',
      /"https:\/\/other\.example\.com".*"https:\/\/api\.example\.com".*`api\.audience`/,
      () => signed({ aud: 'https://other.example.com' }),
    ],
    [
      'has another issuer, such as a custom domain',
      'The token was issued by another issuer.',
      /"https:\/\/auth\.example\.com\/oidc".*http:\/\/localhost:\d+\/oidc.*`endpoint`/,
      () => signed({ iss: 'https://auth.example.com/oidc' }),
    ],
    [
      'has another issuer and its key',
      'The token was issued by another issuer.',
      /"https:\/\/tenant\.logto\.app\/oidc".*`endpoint`/,
      () => foreign({ iss: 'https://tenant.logto.app/oidc' }),
    ],
    [
      'is opaque',
      'The token is opaque, and this API accepts JWTs: request it with the resource indicator of the API.',
      /`resource=https:\/\/api\.example\.com`.*`api\.introspection: \{ clientIds \}`/,
      async () => 'an-opaque-token-for-userinfo-of-logto',
    ],
  ])(
    'that %s: the challenge says so, and a warning says what to change',
    async (_, description, remedy, token) => {
      const { challenge, lines } = await refusal(await token());

      expect(challenge).toBe(`Bearer error="invalid_token", error_description="${description}"`);
      expect(lines).toEqual([{ level: 'warn', text: expect.stringMatching(remedy) }]);
    },
  );

  it.each<[string, string, string, () => Promise<string>]>([
    ['organization_mismatch', '/things', '@RequireOrganization', () => signed({ organization_id: 'org_1' })],
    ['roles_not_in_token', '/roles', 'custom token claims', () => signed()],
  ])('is logged as a warning when the code is %s', async (code, path, remedy, token) => {
    const { lines } = await refusal(await token(), path);

    expect(lines).toEqual([
      { level: 'warn', text: expect.stringMatching(new RegExp(`${code}: .*${remedy}`)) },
    ]);
  });

  it('is logged at debug level when it only lacks a scope', async () => {
    const { lines } = await refusal(await signed(), '/erased');

    expect(lines).toEqual([{ level: 'debug', text: expect.stringContaining('insufficient_scope') }]);
  });

  it('is logged once a minute for each cause, whatever its claims are', async () => {
    for (let index = 0; index < 5; index += 1) {
      await refusal(await foreign({ iss: `https://evil-${index}.example` }));
      await refusal(await signed({ exp: now() - 120 - index }));
    }
    expect(logs.lines.map(({ level }) => level)).toEqual(['warn', 'debug']);

    passTime(61);
    await refusal(await foreign({ iss: 'https://evil.example' }));
    expect(logs.warnings.at(-1)).toContain('4 more times');
  });

  it('is logged with its claims shortened and without control characters', async () => {
    const iss = `https://evil.example/\n[Nest] ERROR "fake" ${'x'.repeat(5000)}`;
    const { challenge, lines } = await refusal(await foreign({ iss }));

    expect(lines[0]?.text).toContain('https://evil.example/');
    expect(lines[0]?.text).not.toMatch(/\n|\[Nest\] ERROR "fake"|x{200}/);
    expect(challenge).not.toContain('evil');
  });

  it('in production is answered without details of the server', async () => {
    await withNodeEnv('production', async () => {
      const page = await call(api, '/things', await signed({ aud: 'https://other.example.com' }));

      expect(page.json()).toMatchObject({ detail: 'The token was issued for another API.' });
      expect(page.text).not.toContain('api.audience');
      const roles = await call(api, '/roles', await signed());
      expect(roles.json<{ detail: string }>().detail).not.toContain('custom token claims');
      const other = await call(api, '/things', await signed({ organization_id: 'org_1' }));
      expect(other.json<{ detail: string }>().detail).not.toContain('@RequireOrganization');
    });
  });
});

describe('A rejected opaque token', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let logs: LogRecorder;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
  });

  beforeEach(() => {
    logs = new LogRecorder();
  });

  afterEach(() => logs.stop());

  async function refusedBy(clientId: string, token: string): Promise<Refusal> {
    const api = await startApi({
      issuer,
      controllers: [ThingsController],
      logto: { appId: application.id, appSecret: application.secret },
      api: { audience: resource, introspection: { clientIds: [clientId] } },
      configure: (nest) => nest.useLogger(logs),
    });
    logs.lines.length = 0;
    const { challenge } = refusalOf(await call(api, '/things', token));
    const lines = [...logs.lines];
    await api.close();
    return { challenge: challenge ?? '', lines };
  }

  it('of an application that is not listed is logged as a warning', async () => {
    const { challenge, lines } = await refusedBy('another', await tokens.ofUser('ada'));

    expect(challenge).toContain('error_description="The token was issued to another application."');
    expect(lines).toEqual([
      { level: 'warn', text: expect.stringMatching(/"app".*`api\.introspection\.clientIds`/) },
    ]);
  });

  it('that Logto does not know is logged at debug level', async () => {
    const { challenge, lines } = await refusedBy(application.id, 'an-unknown-token');

    expect(challenge).toContain('error_description="The token is not valid."');
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
  });
});
