import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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

/** Starts a hostile provider on a free port. */
export async function startHostileProvider(): Promise<HostileProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return new HostileProvider(server, await makeKey('ES384', 'key-1'));
}

/** A provider with real keys over real HTTP, whose responses a spec can change. */
export class HostileProvider {
  readonly endpoint: string;
  readonly issuer: string;
  overrides: Overrides = {};

  private readonly counts = new Map<string, number>();
  private nonce: string | undefined;
  private serial = 0;

  readonly close: () => Promise<void>;

  constructor(
    server: Server,
    private key: Key,
  ) {
    this.endpoint = `http://localhost:${(server.address() as AddressInfo).port}`;
    this.issuer = `${this.endpoint}/oidc`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.handle(request, response).catch(() => response.destroy());
    });
    this.close = leftovers.add(
      () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(() => resolve());
        }),
    );
  }

  get publicKey(): JWK {
    return this.key.jwk;
  }

  /** The number of requests to a path. */
  count(path: string): number {
    return this.counts.get(path) ?? 0;
  }

  /** Signs claims with the provider's key. */
  async sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string> {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ ...this.header(), ...header })
      .sign(this.key.privateKey);
    leaks.addSecret('signed token', token);
    return token;
  }

  /** The URL of the callback, for a sign-in that the app has just started. */
  callback(authorizationUrl: string, parameters: Record<string, string> = {}): string {
    const query = new URL(authorizationUrl).searchParams;
    this.nonce = query.get('nonce') ?? undefined;
    const url = new URL(query.get('redirect_uri') ?? '');
    this.serial += 1;
    url.search = new URLSearchParams({
      code: `code-of-the-hostile-provider-${this.serial}`,
      state: query.get('state') ?? '',
      iss: this.issuer,
      ...parameters,
    }).toString();
    return url.href;
  }

  /** Replaces the key by one for another algorithm, as an administrator does. */
  async rotate(algorithm: 'ES384' | 'RS256'): Promise<void> {
    this.serial += 1;
    this.key = await makeKey(algorithm, `key-${algorithm}-${this.serial}`);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.endpoint);
    this.counts.set(pathname, this.count(pathname) + 1);
    for await (const chunk of request) void chunk;
    const original = await this.respond(pathname);
    const { status, headers, body } = (await this.overrides.response?.(pathname, original)) ?? original;
    response.writeHead(status, headers).end(body);
  }

  private async respond(path: string): Promise<ProviderResponse> {
    switch (path) {
      case '/oidc/.well-known/openid-configuration':
        return json(this.overrides.discovery?.(this.discovery()) ?? this.discovery());
      case '/oidc/jwks':
        return json({ keys: this.overrides.jwks?.([this.key.jwk]) ?? [this.key.jwk] });
      case '/oidc/token':
        return json(await this.tokens());
      case '/oidc/me': {
        const claims = { sub: 'ada', name: 'Ada' };
        return json(this.overrides.userInfo?.(claims) ?? claims);
      }
      case '/oidc/token/revocation':
        return { status: 200, headers: {}, body: '' };
      default:
        return json({ error: 'not_found' }, 404);
    }
  }

  private discovery(): Record<string, unknown> {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
      revocation_endpoint: `${issuer}/token/revocation`,
      id_token_signing_alg_values_supported: [this.key.alg],
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    };
  }

  private async tokens(): Promise<Record<string, unknown>> {
    const idToken = await this.idToken();
    const body = {
      access_token: 'access-token-of-the-hostile-provider',
      refresh_token: 'refresh-token-of-the-hostile-provider',
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid offline_access profile',
      id_token: idToken,
    };
    leaks.addSecret('access token', body.access_token);
    leaks.addSecret('refresh token', body.refresh_token);
    leaks.addSecret('ID token', idToken);
    return this.overrides.tokens?.(body) ?? body;
  }

  private async idToken(): Promise<string | undefined> {
    const now = Math.floor(Date.now() / 1000);
    const original: JWTPayload = {
      iss: this.issuer,
      aud: application.id,
      sub: 'ada',
      iat: now,
      exp: now + 3600,
      nonce: this.nonce,
    };
    const claims = withoutUndefined(this.overrides.claims?.(original) ?? original);
    const header = this.overrides.header?.(this.header()) ?? this.header();
    return this.overrides.idToken ? this.overrides.idToken(claims, header) : this.sign(claims, header);
  }

  private header(): JWTHeaderParameters {
    return { alg: this.key.alg, kid: this.key.jwk.kid ?? '' };
  }
}

interface Key {
  alg: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

async function makeKey(alg: string, kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

function json(body: unknown, status = 200): ProviderResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function withoutUndefined(claims: JWTPayload): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
