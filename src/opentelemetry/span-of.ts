import { SpanKind, type Attributes } from '@opentelemetry/api';
import type { LogtoTrace, LogtoTraces } from '../events/logto-traces.js';

/** The name and the kind of a span. */
interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
}

/** Names with the id in a path would have a high cardinality, and the id may be a user's. Paths of OpenID Connect have none. */
const namedPath = /^\/(?:.*\/)?oidc\//;

/**
 * The span attributes of an event, by semantic conventions where they exist. Members that are only known at the end are
 * `undefined` before, and left out.
 */
const attributes: { readonly [Name in keyof LogtoTraces]: (event: LogtoTraces[Name]) => Attributes } = {
  'nestjs-logto:sign-in': () => ({}),
  'nestjs-logto:callback': ({ isRepeated }) => ({ 'logto.callback.repeated': isRepeated }),
  'nestjs-logto:refresh': ({ resource, organizationId }) => ({
    'logto.resource': resource,
    'logto.organization.id': organizationId,
  }),
  'nestjs-logto:verify-token': ({ kind, clientId }) => ({
    'logto.token.kind': kind,
    'logto.client.id': clientId,
  }),
  'nestjs-logto:revalidate': ({ isRefreshed }) => ({ 'logto.claims.refreshed': isRefreshed }),
  'nestjs-logto:sign-out': ({ trigger }) => ({ 'logto.sign_out.trigger': trigger }),
  'nestjs-logto:webhook': ({ event }) => ({ 'logto.webhook.event': event }),
  'nestjs-logto:provider-request': ({ method, host, port, path, grantType, status }) => ({
    'http.request.method': method,
    'server.address': host,
    'server.port': port,
    'url.path': namedPath.test(path) ? path : undefined,
    'http.response.status_code': status,
    'logto.grant_type': grantType,
  }),
};

/** The name of an event's span: `logto.sign_in`, or that of an HTTP client's span. */
export function spanOf<Name extends keyof LogtoTraces>(
  name: Name,
  event: LogtoTraces[Name],
): SpanDescription {
  if (isRequest(event)) {
    const { method, path } = event;
    return { name: namedPath.test(path) ? `${method} ${path}` : method, kind: SpanKind.CLIENT };
  }
  const operation = name.slice('nestjs-logto:'.length).replaceAll('-', '_');
  return { name: `logto.${operation}`, kind: SpanKind.INTERNAL };
}

export function attributesOf<Name extends keyof LogtoTraces>(
  name: Name,
  event: LogtoTraces[Name],
): Attributes {
  return { ...attributes[name](event), 'error.type': errorTypeOf(event) };
}

/** The code of a failure; for a request, also the status of a response that is an error. */
export function errorTypeOf(event: LogtoTrace & { status?: number }): string | undefined {
  const { code, status } = event;
  return code ?? (status !== undefined && status >= 400 ? String(status) : undefined);
}

function isRequest(event: LogtoTrace): event is LogtoTraces['nestjs-logto:provider-request'] {
  return 'method' in event;
}
