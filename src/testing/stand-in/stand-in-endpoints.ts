import { LogtoException } from '../../logto.exceptions.js';
import { UserScope } from '../../options/logto-constants.js';
import { signingAlgorithm } from './stand-in-tokens.js';
import { tokenLifetime, type StandInLogto } from './stand-in-logto.js';
import { readTestCredential } from './test-credential.js';
import type { TestSignIn } from '../logto-test-user.js';

/** Answers what the module asks of Logto, in the place of `fetch`: nothing leaves the process. */
export class StandInEndpoints {
  constructor(private readonly logto: StandInLogto) {}

  /** Takes what the global `fetch` takes. */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const path = request.url.slice(this.logto.options.issuer.length);
    const answer = this.endpoints[path];
    if (!request.url.startsWith(this.logto.options.issuer) || !answer) {
      return refused(404, 'not_found', `Nothing stands in for ${request.url}.`);
    }
    return answer(request);
  }

  private readonly endpoints: Record<string, (request: Request) => Promise<Response>> = {
    '/.well-known/openid-configuration': () => this.discovery(),
    '/jwks': async () => Response.json(await this.logto.tokens.keySet()),
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
        return refused(
          400,
          'invalid_grant',
          'Nobody signs in at the stand-in: use signedInAs(), or the emulator.',
        );
    }
  }

  private async refresh(form: URLSearchParams): Promise<Response> {
    const signIn = holder(form.get('refresh_token'));
    if (!signIn) return refused(400, 'invalid_grant');
    const organizationId = form.get('organization_id') ?? undefined;
    if (organizationId !== undefined && !this.logto.options.scopes.includes(UserScope.Organizations)) {
      return refused(403, 'insufficient_scope');
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
      if (error instanceof LogtoException) return refused(error.getStatus(), error.code, error.message);
      throw error;
    }
  }

  private async clientCredentials(request: Request, form: URLSearchParams): Promise<Response> {
    const resource = form.get('resource') ?? undefined;
    const organizationId = form.get('organization_id') ?? undefined;
    if (resource === undefined && organizationId === undefined) return refused(400, 'invalid_target');
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
    const signIn = holder(request.headers.get('authorization')?.replace(/^bearer /i, ''));
    return signIn ? Response.json(this.logto.userInfo(signIn)) : refused(401, 'invalid_token');
  }
}

/** Whose refresh token or opaque access token it is. */
function holder(token: string | null | undefined): TestSignIn | undefined {
  try {
    return readTestCredential(token ?? '');
  } catch {
    return undefined;
  }
}

/** An error as Logto answers it. */
function refused(status: number, error: string, description = error): Response {
  const headers = status === 401 ? { 'www-authenticate': `Bearer error="${error}"` } : undefined;
  const body = { code: `oidc.${error}`, message: description, error, error_description: description };
  return Response.json(body, { status, ...(headers && { headers }) });
}
