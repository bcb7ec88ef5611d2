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

/** A response of the provider that has not been sent yet. */
export interface ProviderResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Changes to the responses of the provider. Each test makes one change. */
export interface Overrides {
  discovery?: (document: Record<string, unknown>) => Record<string, unknown>;
  jwks?: (keys: JWK[]) => JWK[];
  /** Changes the claims of the ID token. Claims that are `undefined` are left out. */
  claims?: (claims: JWTPayload) => JWTPayload;
  header?: (header: JWTHeaderParameters) => JWTHeaderParameters;
  /** Creates the ID token, instead of signing it with the provider's key. */
  idToken?: (claims: JWTPayload, header: JWTHeaderParameters) => string | Promise<string> | undefined;
  tokens?: (tokens: Record<string, unknown>) => Record<string, unknown>;
  userInfo?: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Changes the response of an endpoint. With a promise that never settles, the endpoint hangs. */
  response?: (path: string, response: ProviderResponse) => ProviderResponse | Promise<ProviderResponse>;
}

/** A provider with real keys over real HTTP, whose responses a spec can change. */
export interface HostileProvider {
  readonly endpoint: string;
  readonly issuer: string;
  readonly publicKey: JWK;
  overrides: Overrides;
  /** The number of requests to a path. */
  count(path: string): number;
  /** Signs claims with the provider's key. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The URL of the callback, for a sign-in that the app has just started. */
  callback(authorizationUrl: string, parameters?: Record<string, string>): string;
  /** Replaces the key by one for another algorithm, as an administrator does. */
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
    overrides: {},
    count: (path) => counts.get(path) ?? 0,
    async sign(claims, header) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: key.alg, kid: key.jwk.kid ?? '', ...header })
        .sign(key.privateKey);
      leaks.addSecret('signed token', token);
      return token;
    },
    callback(authorizationUrl, parameters = {}) {
      const query = new URL(authorizationUrl).searchParams;
      nonce = query.get('nonce') ?? undefined;
      const url = new URL(query.get('redirect_uri') ?? '');
      serial += 1;
      url.search = new URLSearchParams({
        code: `code-of-the-hostile-provider-${serial}`,
        state: query.get('state') ?? '',
        iss: issuer,
        ...parameters,
      }).toString();
      return url.href;
    },
    async rotate(algorithm) {
      key = await makeKey(algorithm, `key-${algorithm}-${(serial += 1)}`);
    },
    close: leftovers.add(
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
    const original = await respond(pathname);
    const { status, headers, body } = (await provider.overrides.response?.(pathname, original)) ?? original;
    response.writeHead(status, headers).end(body);
  }

  async function respond(path: string): Promise<ProviderResponse> {
    const { overrides } = provider;
    switch (path) {
      case '/oidc/.well-known/openid-configuration':
        return json(overrides.discovery?.(discovery()) ?? discovery());
      case '/oidc/jwks':
        return json({ keys: overrides.jwks?.([key.jwk]) ?? [key.jwk] });
      case '/oidc/token':
        return json(await tokens());
      case '/oidc/me': {
        const claims = { sub: 'ada', name: 'Ada' };
        return json(overrides.userInfo?.(claims) ?? claims);
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
    const { overrides } = provider;
    const now = Math.floor(Date.now() / 1000);
    const original: JWTPayload = {
      iss: issuer,
      aud: application.id,
      sub: 'ada',
      iat: now,
      exp: now + 3600,
      nonce,
    };
    const claims = withoutUndefined(overrides.claims?.(original) ?? original);
    const header = { alg: key.alg, kid: key.jwk.kid ?? '' };
    const usedHeader = overrides.header?.(header) ?? header;
    const idToken = overrides.idToken
      ? await overrides.idToken(claims, usedHeader)
      : await provider.sign(claims, usedHeader);
    leaks.addSecret('access token', 'access-token-of-the-hostile-provider');
    leaks.addSecret('refresh token', 'refresh-token-of-the-hostile-provider');
    leaks.addSecret('ID token', idToken);
    const body = {
      access_token: 'access-token-of-the-hostile-provider',
      refresh_token: 'refresh-token-of-the-hostile-provider',
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid offline_access profile',
      ...(idToken === undefined ? {} : { id_token: idToken }),
    };
    return overrides.tokens?.(body) ?? body;
  }

  return provider;
}

async function makeKey(alg: string, kid: string): Promise<{ alg: string; privateKey: CryptoKey; jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

function json(body: unknown, status = 200): ProviderResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function withoutUndefined(claims: JWTPayload): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
