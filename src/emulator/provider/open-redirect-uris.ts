import type Provider from 'oidc-provider';

import type { Tenant, TenantApplication } from '../tenant/tenant.js';

type UriOption = 'redirectUris' | 'postLogoutRedirectUris';

/** Applications that registered no URIs may use any loopback address. */
export function allowOpenRedirectUris(provider: Provider, tenant: Tenant): void {
  const { prototype } = provider.Client;
  const override = (method: 'redirectUriAllowed' | 'postLogoutRedirectUriAllowed', option: UriOption) => {
    const original = Reflect.get(prototype, method);
    prototype[method] = function allowed(uri) {
      const application = tenant.applications.get(this.clientId);
      return application && takesAnyLoopback(application, option)
        ? isLoopbackUri(uri)
        : original.call(this, uri);
    };
  };
  override('redirectUriAllowed', 'redirectUris');
  override('postLogoutRedirectUriAllowed', 'postLogoutRedirectUris');
}

/** Whether an application has left its URIs open. A machine-to-machine application has none: nobody signs in to it. */
export function takesAnyLoopback(application: TenantApplication, option: UriOption): boolean {
  return application.type !== 'MachineToMachine' && application[option] === undefined;
}

/** Whether `uri` is where a local application may be, for those that register no URIs. */
export function isLoopbackUri(uri: string): boolean {
  const { hostname, protocol } = URL.canParse(uri) ? new URL(uri) : {};
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    (hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]')
  );
}
