import type { AllClientMetadata } from 'oidc-provider';

import type { TenantApplication } from '../tenant/tenant.js';
import type { SigningAlgorithm } from '../tenant/key-rotation.js';

/** The grant type of impersonation (RFC 8693). */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * Registered for an application without URIs of its own, because the provider requires some. Two of them: the
 * provider would use a single one as the default for a request without `redirect_uri`.
 */
const placeholderUris = ['http://localhost/', 'http://127.0.0.1/'];

/** The metadata with which `oidc-provider` registers an application. */
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
    redirect_uris: machine ? [] : (application.redirectUris ?? placeholderUris),
    post_logout_redirect_uris: application.postLogoutRedirectUris ?? (machine ? [] : placeholderUris),
    ...(application.backchannelLogoutUri && { backchannel_logout_uri: application.backchannelLogoutUri }),
    backchannel_logout_session_required: application.backchannelLogoutSessionRequired,
    id_token_signed_response_alg: algorithm,
  };
}
