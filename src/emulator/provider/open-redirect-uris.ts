import type Provider from 'oidc-provider';

import type { Tenant } from '../tenant/tenant.js';

/** Applications that registered no URIs may use any loopback address. */
export function allowOpenRedirectUris(provider: Provider, tenant: Tenant): void {
  const { prototype } = provider.Client;
  const override = (
    method: 'redirectUriAllowed' | 'postLogoutRedirectUriAllowed',
    option: 'redirectUris' | 'postLogoutRedirectUris',
  ) => {
    const original = Reflect.get(prototype, method);
    prototype[method] = function allowed(uri) {
      const application = tenant.applications.get(this.clientId);
      return application && !application[option] ? isLoopbackUri(uri) : original.call(this, uri);
    };
  };
  override('redirectUriAllowed', 'redirectUris');
  override('postLogoutRedirectUriAllowed', 'postLogoutRedirectUris');
}

/** Whether `uri` is where a local application may be, for those that register no URIs. */
export function isLoopbackUri(uri: string): boolean {
  const { hostname, protocol } = URL.canParse(uri) ? new URL(uri) : {};
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    (hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]')
  );
}
