import type { LogtoProviderRequestTrace } from './logto-traces.js';

/** The event of a request to Logto. It has neither query nor body, which contain codes and tokens. */
export function describeRequest(url: string, init: RequestInit = {}): LogtoProviderRequestTrace {
  const { hostname, port, protocol, pathname } = new URL(url);
  const grantType = init.body instanceof URLSearchParams ? init.body.get('grant_type') : null;
  return {
    method: init.method ?? 'GET',
    host: hostname,
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    path: pathname,
    ...(grantType !== null && { grantType }),
  };
}
