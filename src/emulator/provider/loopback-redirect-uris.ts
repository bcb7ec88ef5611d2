import type Provider from 'oidc-provider';

import type { Tenant, TenantApplication } from '../tenant/tenant.js';

type UriOption = 'redirectUris' | 'postLogoutRedirectUris';

/** Lets applications that registered no URIs use any loopback address. */
export function allowLoopbackRedirectUris(provider: Provider, tenant: Tenant): void {
  const { prototype } = provider.Client;
  const override = (method: 'redirectUriAllowed' | 'postLogoutRedirectUriAllowed', option: UriOption) => {
    const original = Reflect.get(prototype, method);
    prototype[method] = function allowed(uri) {
      const application = tenant.applications.get(this.clientId);
      return application && allowsAnyLoopbackUri(application, option)
        ? isLoopbackUri(uri)
        : original.call(this, uri);
    };
  };
  override('redirectUriAllowed', 'redirectUris');
  override('postLogoutRedirectUriAllowed', 'postLogoutRedirectUris');
}

/** Whether an application registered no URIs. Machine-to-machine applications need none: no user signs in to them. */
export function allowsAnyLoopbackUri(application: TenantApplication, option: UriOption): boolean {
  return application.type !== 'MachineToMachine' && application[option] === undefined;
}

export function isLoopbackUri(uri: string): boolean {
  const { hostname, protocol } = URL.canParse(uri) ? new URL(uri) : {};
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    (hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]')
  );
}
