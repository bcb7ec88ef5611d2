import type { INestApplication } from '@nestjs/common';
import type { SwaggerCustomOptions } from '@nestjs/swagger';
import { GuardedRouteReader } from '../guard/guarded-route.js';
import { defaultResource } from '../guard/requirements/default-resource.js';
import { ReservedScope, UserScope } from '../options/logto-constants.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { providedBy } from './provided-by.js';

/** How Swagger UI signs in. */
export interface LogtoSwaggerSignIn {
  /**
   * The app id of a single-page application at Logto. Register `<url>/oauth2-redirect.html` as a redirect URI and the
   * origin of `url` as a CORS allowed origin.
   */
  clientId: string;
  /** Where Swagger UI is, as browsers see it: `http://localhost:3000/docs`. */
  url: string;
  /** The API resource that the access token is for. Default: the only `api.audience`, else the only one of `resources`. */
  resource?: string;
  /** The scopes to request. Default: `openid`, `profile` and the scopes of that resource that the routes require. */
  scopes?: string[];
}

/** A request of Swagger UI. */
interface SwaggerRequest {
  url: string;
  body?: unknown;
}

/** A response that Swagger UI receives. */
interface SwaggerResponse {
  readonly url: string;
  text: string;
}

/**
 * Options of `SwaggerModule.setup()` with which Swagger UI signs in with Logto: the authorization code flow with PKCE, and
 * an access token for the resource.
 *
 * ```ts
 * SwaggerModule.setup('docs', app, document, logtoSwaggerOptions(app, { clientId, url: 'http://localhost:3000/docs' }));
 * ```
 * @throws TypeError when there is not exactly one resource to choose
 * @throws LogtoException `module_missing` in an app without LogtoModule
 */
export function logtoSwaggerOptions(
  app: INestApplication,
  { clientId, url, resource: given, scopes }: LogtoSwaggerSignIn,
): SwaggerCustomOptions {
  const options = providedBy(app, ResolvedLogtoOptions, 'logtoSwaggerOptions()');
  const resource = given ?? defaultResource(options);
  if (resource === undefined) {
    throw new TypeError(
      'logtoSwaggerOptions() does not know which API the access token is for: there is not exactly one `api.audience` ' +
        "or resource. Name it: logtoSwaggerOptions(app, { …, resource: 'https://api.example.com' }).",
    );
  }
  const required = providedBy(app, GuardedRouteReader, 'logtoSwaggerOptions()').requiredScopes(resource);
  return {
    swaggerOptions: {
      oauth2RedirectUrl: `${url.replace(/\/+$/, '')}/oauth2-redirect.html`,
      initOAuth: {
        clientId,
        scopes: scopes ?? [ReservedScope.OpenId, UserScope.Profile, ...required],
        usePkceWithAuthorizationCodeGrant: true,
        additionalQueryStringParams: { resource },
      },
      requestInterceptor: sendResourceInBody,
      responseInterceptor: offerCodeFlowOnly,
    },
  };
}

/**
 * Moves `resource` into the body of a token request. Swagger UI adds it to the query, but the token endpoint only reads the
 * body (RFC 6749 section 3.2). The browser runs the source of this function, so it uses nothing from outside.
 */
function sendResourceInBody(request: SwaggerRequest): SwaggerRequest {
  const isTokenRequest =
    typeof request.body === 'string' && request.body.startsWith('grant_type=authorization_code');
  if (isTokenRequest) {
    const url = new URL(request.url);
    const resource = url.searchParams.get('resource');
    if (resource !== null) request.body += `&resource=${encodeURIComponent(resource)}`;
    url.search = '';
    request.url = url.href;
  }
  return request;
}

/** Removes the grants from the discovery document that a single-page application may not use: Swagger UI offers them all. */
function offerCodeFlowOnly(response: SwaggerResponse): SwaggerResponse {
  if (response.url.endsWith('/oidc/.well-known/openid-configuration')) {
    const document = JSON.parse(response.text) as object;
    response.text = JSON.stringify({ ...document, grant_types_supported: ['authorization_code'] });
  }
  return response;
}
