import type { AllClientMetadata } from 'oidc-provider';

import type { TenantApplication } from '../tenant/tenant.js';
import type { SigningAlgorithm } from './signing-keys.js';

/** The grant type of impersonation (RFC 8693). */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * Stand in for the URIs of an application that leaves them open: the provider insists on having some.
 * Two, because an only one would be taken for a `redirect_uri` that a request leaves out.
 */
const anyLoopback = ['http://localhost/', 'http://127.0.0.1/'];

/** What an application is to `oidc-provider`. */
export function clientMetadata(
  application: TenantApplication,
  algorithm: SigningAlgorithm,
): AllClientMetadata {
  const { type } = application;
  const machine = type === 'MachineToMachine';
  return {
    client_id: application.id,
    ...(application.secret && { client_secret: application.secret }),
    client_name: application.name ?? application.id,
    application_type: type === 'Native' ? 'native' : 'web',
    token_endpoint_auth_method: type === 'Native' || type === 'SPA' ? 'none' : 'client_secret_basic',
    grant_types: [
      ...(machine ? ['client_credentials'] : ['authorization_code', 'refresh_token']),
      ...(application.allowTokenExchange ? [tokenExchange] : []),
    ],
    response_types: machine ? [] : ['code'],
    redirect_uris: machine ? [] : (application.redirectUris ?? anyLoopback),
    post_logout_redirect_uris: application.postLogoutRedirectUris ?? (machine ? [] : anyLoopback),
    ...(application.backchannelLogoutUri && { backchannel_logout_uri: application.backchannelLogoutUri }),
    backchannel_logout_session_required: application.backchannelLogoutSessionRequired,
    id_token_signed_response_alg: algorithm,
  };
}
