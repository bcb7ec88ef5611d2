import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject, SwaggerDocumentOptions } from '@nestjs/swagger';
import { GuardedRouteReader, type GuardedRoute } from '../guard/guarded-route.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { SessionMount } from '../session/session-mount.js';
import { OperationHandlers } from './operation-handlers.js';
import { providedBy } from './provided-by.js';
import { problemResponses, problemSchema, problemSchemaName } from './problem-responses.js';
import { requirementsExtension } from './requirements-extension.js';
import { securityRequirementsOf } from './security-requirements.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;

const caller = 'withLogtoSecurity()';

/** Options of {@link withLogtoSecurity}: those that the document was created with, and these. */
export interface LogtoSecurityOptions extends SwaggerDocumentOptions {
  /**
   * The name of the session cookie, if your app mounts express-session itself. Default: the name that the module's own
   * session has, else `'connect.sid'`.
   */
  sessionCookie?: string;
}

/**
 * Adds to an OpenAPI document what the guards of this library require: the security schemes, the security of each operation
 * with its scopes, its requirements as `x-logto`, and the responses 401, 403 and 503. Operations without such a guard stay
 * as they are, and so do `security` and responses that you have written yourself. Call it after `useGlobalGuards()`.
 *
 * ```ts
 * const document = withLogtoSecurity(app, SwaggerModule.createDocument(app, config));
 * SwaggerModule.setup('docs', app, document);
 * ```
 * @param options the third argument of `SwaggerModule.createDocument()`, if you have given one
 * @returns a new document
 * @throws LogtoException `module_missing` in an app without LogtoModule
 */
export function withLogtoSecurity(
  app: INestApplication,
  document: OpenAPIObject,
  options: LogtoSecurityOptions = {},
): OpenAPIObject {
  const routes = providedBy(app, GuardedRouteReader, caller);
  const resolved = providedBy(app, ResolvedLogtoOptions, caller);
  const handlers = new OperationHandlers(app, document, options);
  const secured: Operation[] = [];
  const secure = (path: string, method: string, operation: Operation): Operation => {
    const handler = handlers.find(path, method);
    const route = handler && routes.read(handler.type, handler.method);
    if (!route) return operation;
    const withSecurity = secureOperation(operation, route, resolved);
    secured.push(withSecurity);
    return withSecurity;
  };
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([key, value]) => [key, secure(path, key, value as Operation)]),
      ),
    ]),
  );
  if (secured.length === 0) return { ...document };
  const used = new Set(secured.flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one))));
  const schemes = Object.entries(schemesOf(app, options)).filter(([name]) => used.has(name));
  const { components } = document;
  return {
    ...document,
    paths,
    components: {
      ...components,
      schemas: { [problemSchemaName]: problemSchema, ...components?.schemas },
      securitySchemes: { ...Object.fromEntries(schemes), ...components?.securitySchemes },
    },
  };
}

function secureOperation(
  operation: Operation,
  route: GuardedRoute,
  options: ResolvedLogtoOptions,
): Operation {
  const requirements = securityRequirementsOf(route);
  const extension = requirementsExtension(route.policy, options);
  return {
    ...operation,
    ...(extension && { 'x-logto': extension }),
    // If the guards accept no credential, every request is denied. An empty list would mean that no credential is needed.
    ...(requirements.length > 0 && { security: requirements }),
    ...(operation.security && { security: operation.security }),
    responses: { ...problemResponses(route), ...operation.responses },
  };
}

function schemesOf(app: INestApplication, { sessionCookie }: LogtoSecurityOptions): Schemes {
  const { issuer } = providedBy(app, ResolvedLogtoOptions, caller);
  const name = sessionCookie ?? providedBy(app, SessionMount, caller).cookieName ?? 'connect.sid';
  return {
    openIdConnect: {
      type: 'openIdConnect',
      openIdConnectUrl: `${issuer}/.well-known/openid-configuration`,
      description: 'Sign in with Logto.',
    },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token for this API.',
    },
    cookie: { type: 'apiKey', in: 'cookie', name, description: 'The session of a signed-in user.' },
  };
}
