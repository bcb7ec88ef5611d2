import { LogtoException } from '../../logto.exceptions.js';
import { LogtoAcr, UserScope } from '../../options/logto-constants.js';
import type { TestSignIn } from '../logto-test-user.js';
import { readTestCredential } from '../test-credential.js';
import { tokenLifetime, type FakeLogto } from './fake-logto.js';
import { signingAlgorithm } from './token-signer.js';

/** Answers the module's requests to Logto within the process. */
export class FakeEndpoints {
  /** @param fetchOther sends requests to servers other than Logto, such as those of `LogtoService.fetch` */
  constructor(
    private readonly logto: FakeLogto,
    private readonly fetchOther: typeof fetch,
  ) {}

  /** Replaces the global `fetch`. */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { issuer } = this.logto.options;
    if (new URL(request.url).origin !== new URL(issuer).origin) return this.fetchOther(input, init);
    const path = request.url.slice(issuer.length);
    const answer = this.endpoints[path];
    if (!request.url.startsWith(issuer) || !answer) {
      return errorResponse(404, 'not_found', `The fake Logto has no endpoint ${request.url}.`);
    }
    return answer(request);
  }

  private readonly endpoints: Record<string, (request: Request) => Promise<Response>> = {
    '/.well-known/openid-configuration': () => this.discovery(),
    '/jwks': async () => Response.json(await this.logto.signer.keySet()),
    '/token': (request) => this.token(request),
    '/me': (request) => this.userInfo(request),
    '/token/revocation': async () => new Response(null, { status: 200 }),
    '/token/introspection': async () => Response.json({ active: false }),
  };

  private async discovery(): Promise<Response> {
    const { issuer } = this.logto.options;
    return Response.json({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
      revocation_endpoint: `${issuer}/token/revocation`,
      introspection_endpoint: `${issuer}/token/introspection`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: [signingAlgorithm],
      acr_values_supported: Object.values(LogtoAcr),
      authorization_response_iss_parameter_supported: true,
    });
  }

  private async token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    switch (form.get('grant_type')) {
      case 'refresh_token':
        return this.refresh(form);
      case 'client_credentials':
        return this.clientCredentials(request, form);
      default:
        return errorResponse(
          400,
          'invalid_grant',
          'Users cannot sign in at the fake Logto. Use signedInAs(), or the emulator.',
        );
    }
  }

  private async refresh(form: URLSearchParams): Promise<Response> {
    const signIn = signInOf(form.get('refresh_token'));
    if (!signIn) return errorResponse(400, 'invalid_grant');
    const organizationId = form.get('organization_id') ?? undefined;
    if (organizationId !== undefined && !this.logto.options.scopes.includes(UserScope.Organizations)) {
      return errorResponse(403, 'insufficient_scope');
    }
    try {
      const target = { resource: form.get('resource') ?? undefined, organizationId };
      const tokens = await this.logto.tokenSet(signIn, target);
      return Response.json({
        access_token: tokens.accessToken,
        id_token: tokens.idToken,
        refresh_token: tokens.refreshToken,
        scope: tokens.scopes.join(' '),
        token_type: 'Bearer',
        expires_in: tokenLifetime,
      });
    } catch (error) {
      if (error instanceof LogtoException) return errorResponse(error.getStatus(), error.code, error.message);
      throw error;
    }
  }

  private async clientCredentials(request: Request, form: URLSearchParams): Promise<Response> {
    const resource = form.get('resource') ?? undefined;
    const organizationId = form.get('organization_id') ?? undefined;
    if (resource === undefined && organizationId === undefined) return errorResponse(400, 'invalid_target');
    const [, basic = ''] = (request.headers.get('authorization') ?? '').split(' ');
    const [clientId = ''] = Buffer.from(basic, 'base64').toString().split(':');
    const scopes = form.get('scope')?.split(' ') ?? [];
    return Response.json({
      access_token: await this.logto.machineToken(
        decodeURIComponent(clientId),
        { resource, organizationId },
        scopes,
      ),
      token_type: 'Bearer',
      expires_in: tokenLifetime,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    });
  }

  private async userInfo(request: Request): Promise<Response> {
    const signIn = signInOf(request.headers.get('authorization')?.replace(/^bearer /i, ''));
    return signIn ? Response.json(this.logto.userInfo(signIn)) : errorResponse(401, 'invalid_token');
  }
}

/** The sign-in of a refresh token or an opaque access token. */
function signInOf(token: string | null | undefined): TestSignIn | undefined {
  try {
    return readTestCredential(token ?? '');
  } catch {
    return undefined;
  }
}

/** An error response in Logto's format. */
function errorResponse(status: number, error: string, description = error): Response {
  const headers = status === 401 ? { 'www-authenticate': `Bearer error="${error}"` } : undefined;
  const body = { code: `oidc.${error}`, message: description, error, error_description: description };
  return Response.json(body, { status, ...(headers && { headers }) });
}
