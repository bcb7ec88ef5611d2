import type { Client, KoaContextWithOIDC } from 'oidc-provider';

import type { GrantEnvironment } from './grant-environment.js';

/** The parameters of a token request. The provider has refused repeated ones already, except for `resource`. */
export function parameters(ctx: KoaContextWithOIDC): Record<string, string | undefined> {
  return { ...(ctx.oidc.params as Record<string, string | undefined>) };
}

/** @throws `invalid_request` for missing parameters, in the provider's words */
export function requireParameters(
  ctx: KoaContextWithOIDC,
  { errors }: GrantEnvironment,
  ...names: string[]
): void {
  const given = parameters(ctx);
  const missing = names.filter((name) => given[name] === undefined).map((name) => `'${name}'`);
  if (missing.length > 0) {
    throw new errors.InvalidRequest(
      `missing required parameter${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}`,
    );
  }
}

/** The client that sent the request. */
export function requireClient({ oidc }: KoaContextWithOIDC, { errors }: GrantEnvironment): Client {
  if (!oidc.client) {
    throw new errors.InvalidClient('client must be available');
  }
  return oidc.client;
}

/** Whether the request names one or more resources. */
export function namesResource(ctx: KoaContextWithOIDC): boolean {
  return Boolean(ctx.oidc.params?.['resource']);
}

/** The resource that the request names. For several of them Logto falls back to an opaque token. */
export function requestedResource(ctx: KoaContextWithOIDC): string | undefined {
  const resource: unknown = ctx.oidc.params?.['resource'];
  return typeof resource === 'string' && resource !== '' ? resource : undefined;
}
