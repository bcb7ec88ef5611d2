import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import { application } from './issuer.js';
import { leaks } from '../runner/leaks.js';
import { leftovers } from '../runner/leftovers.js';

/** An answer of the provider, before it is sent. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Bends what the provider would say. Each test bends one thing. */
export interface Bends {
  discovery?: (document: Record<string, unknown>) => Record<string, unknown>;
  jwks?: (keys: JWK[]) => JWK[];
  /** The ID token's claims; `undefined` values are left out. */
  claims?: (claims: JWTPayload) => JWTPayload;
  header?: (header: JWTHeaderParameters) => JWTHeaderParameters;
  /** Makes the ID token in another way than by signing with the provider's key. */
  idToken?: (claims: JWTPayload, header: JWTHeaderParameters) => string | Promise<string> | undefined;
  tokens?: (tokens: Record<string, unknown>) => Record<string, unknown>;
  userInfo?: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** The finished answer of an endpoint; a promise that never settles is a stall. */
  answer?: (path: string, answer: Answer) => Answer | Promise<Answer>;
}

/** A provider with real keys over real HTTP that says whatever a test wants it to say. */
export interface HostileProvider {
  readonly endpoint: string;
  readonly issuer: string;
  readonly publicKey: JWK;
  bends: Bends;
  /** How often a path was asked for. */
  count(path: string): number;
  /** Signs claims with the provider's key. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The callback's address for a sign-in that the app has just started. */
  callback(authorizationUrl: string, parameters?: Record<string, string>): string;
  /** Exchanges the key for one of another kind, as an administrator would. */
  rotate(algorithm: 'ES384' | 'RS256'): Promise<void>;
  close(): Promise<void>;
}

/** Starts a hostile provider on a port of its own. */
export async function startHostileProvider(): Promise<HostileProvider> {
  let key = await makeKey('ES384', 'key-1');
  const counts = new Map<string, number>();
  let nonce: string | undefined;
  let serial = 0;
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const endpoint = `http://localhost:${(server.address() as AddressInfo).port}`;
  const issuer = `${endpoint}/oidc`;

  const provider: HostileProvider = {
    endpoint,
    issuer,
    get publicKey() {
      return key.jwk;
    },
    bends: {},
    count: (path) => counts.get(path) ?? 0,
    async sign(claims, header) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: key.alg, kid: key.jwk.kid ?? '', ...header })
        .sign(key.privateKey);
      leaks.secret('signed token', token);
      return token;
    },
    callback(authorizationUrl, parameters = {}) {
      const asked = new URL(authorizationUrl).searchParams;
      nonce = asked.get('nonce') ?? undefined;
      const url = new URL(asked.get('redirect_uri') ?? '');
      serial += 1;
      url.search = new URLSearchParams({
        code: `code-of-the-hostile-provider-${serial}`,
        state: asked.get('state') ?? '',
        iss: issuer,
        ...parameters,
      }).toString();
      return url.href;
    },
    async rotate(algorithm) {
      key = await makeKey(algorithm, `key-${algorithm}-${(serial += 1)}`);
    },
    close: leftovers.ends(
      () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(() => resolve());
        }),
    ),
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', endpoint);
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    for await (const chunk of request) void chunk;
    const honest = await respond(pathname);
    const { status, headers, body } = (await provider.bends.answer?.(pathname, honest)) ?? honest;
    response.writeHead(status, headers).end(body);
  }

  async function respond(path: string): Promise<Answer> {
    const { bends } = provider;
    switch (path) {
      case '/oidc/.well-known/openid-configuration':
        return json(bends.discovery?.(discovery()) ?? discovery());
      case '/oidc/jwks':
        return json({ keys: bends.jwks?.([key.jwk]) ?? [key.jwk] });
      case '/oidc/token':
        return json(await tokens());
      case '/oidc/me': {
        const claims = { sub: 'ada', name: 'Ada' };
        return json(bends.userInfo?.(claims) ?? claims);
      }
      case '/oidc/token/revocation':
        return { status: 200, headers: {}, body: '' };
      default:
        return json({ error: 'not_found' }, 404);
    }
  }

  function discovery(): Record<string, unknown> {
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
      revocation_endpoint: `${issuer}/token/revocation`,
      id_token_signing_alg_values_supported: [key.alg],
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    };
  }

  async function tokens(): Promise<Record<string, unknown>> {
    const { bends } = provider;
    const now = Math.floor(Date.now() / 1000);
    const honest: JWTPayload = {
      iss: issuer,
      aud: application.id,
      sub: 'ada',
      iat: now,
      exp: now + 3600,
      nonce,
    };
    const claims = withoutUndefined(bends.claims?.(honest) ?? honest);
    const header = { alg: key.alg, kid: key.jwk.kid ?? '' };
    const bent = bends.header?.(header) ?? header;
    const idToken = bends.idToken ? await bends.idToken(claims, bent) : await provider.sign(claims, bent);
    leaks.secret('access token', 'access-token-of-the-hostile-provider');
    leaks.secret('refresh token', 'refresh-token-of-the-hostile-provider');
    leaks.secret('ID token', idToken);
    const body = {
      access_token: 'access-token-of-the-hostile-provider',
      refresh_token: 'refresh-token-of-the-hostile-provider',
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid offline_access profile',
      ...(idToken === undefined ? {} : { id_token: idToken }),
    };
    return bends.tokens?.(body) ?? body;
  }

  return provider;
}

async function makeKey(alg: string, kid: string): Promise<{ alg: string; privateKey: CryptoKey; jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

function json(body: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function withoutUndefined(claims: JWTPayload): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
