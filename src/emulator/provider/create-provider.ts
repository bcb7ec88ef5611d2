import type Provider from 'oidc-provider';
import type { Account } from 'oidc-provider';

import type { TenantUser } from '../tenant/tenant.js';
import { userClaims } from '../tenant/user-claims.js';
import { reachLoopback } from './back-channel-logout.js';
import { clientCredentialsGrant } from './grants/client-credentials-grant.js';
import { tokenExchange } from './client-metadata.js';
import type { GrantEnvironment } from './grants/grant-context.js';
import { keepSessionIds } from './keep-session-ids.js';
import { logtoAnswers } from './logto-answers.js';
import { allowOpenRedirectUris } from './open-redirect-uris.js';
import { oidcScopes, providerConfiguration } from './provider-configuration.js';
import type { ProviderParts } from './provider-parts.js';
import { refreshTokenGrant } from './grants/refresh-token-grant.js';
import { shouldRotate } from './grants/refresh-token-policy.js';
import { tokenExchangeGrant } from './grants/token-exchange-grant.js';

/**
 * An `oidc-provider` that is set up as Logto sets up its own.
 *
 * Rotating the signing keys makes a new one over the same store: keys cannot be changed in a provider.
 */
export function createProvider(parts: ProviderParts): Provider {
  const { module, tenant, store, signing, options } = parts;
  const account = (user: TenantUser): Account => ({
    accountId: user.id,
    claims: (use, scope) => ({
      sub: user.id,
      ...userClaims(
        user,
        tenant,
        use === 'id_token' ? 'id_token' : 'userinfo',
        new Set(scope.split(' ')),
        options.idTokenClaims,
      ),
    }),
  });
  const environment: GrantEnvironment = {
    tenant,
    store,
    account,
    algorithm: signing.algorithm,
    accessTokenTtl: options.ttl.accessToken,
    errors: module.errors,
  };

  const provider = new module.default(`${parts.endpoint}/oidc`, providerConfiguration(parts, environment));
  provider.registerGrantType(
    'refresh_token',
    refreshTokenGrant(environment, (ctx, token) => shouldRotate(ctx, token, parts)),
    withResource('refresh_token', 'organization_id', 'scope'),
    ['resource'],
  );
  provider.registerGrantType(
    'client_credentials',
    clientCredentialsGrant(environment),
    withResource('organization_id', 'scope'),
    ['resource'],
  );
  provider.registerGrantType(
    tokenExchange,
    tokenExchangeGrant(environment, oidcScopes),
    withResource(
      'subject_token',
      'subject_token_type',
      'actor_token',
      'actor_token_type',
      'organization_id',
      'scope',
    ),
    ['resource'],
  );
  allowOpenRedirectUris(provider, tenant);
  reachLoopback(provider, options.fetch);
  if (!options.sharedInteraction) {
    keepSessionIds(provider);
  }
  provider.use(logtoAnswers as never);
  provider.proxy = parts.endpoint.startsWith('https:');
  // Koa prints errors that nobody listens to.
  provider.addListener(
    'error' as never,
    ((error: Error) => options.log?.(`error: ${error.message}`)) as never,
  );
  provider.on('backchannel.success', (_ctx, client) =>
    options.log?.(`back-channel logout: ${client.clientId}`),
  );
  provider.on('backchannel.error', (_ctx, error) => options.log?.(`back-channel logout: ${error.message}`));
  provider.on('server_error', (_ctx, error) =>
    options.log?.(`server error: ${error.stack ?? error.message}`),
  );
  return provider;
}

function withResource(...names: string[]): Set<string> {
  return new Set([...names, 'resource']);
}
