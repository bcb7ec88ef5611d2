import type Provider from 'oidc-provider';
import type { Account } from 'oidc-provider';

import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import type { TenantUser } from '../tenant/tenant.js';
import { userClaims } from '../tenant/user-claims.js';
import { tokenExchange } from './client-metadata.js';
import { clientCredentialsGrant } from './grants/client-credentials-grant.js';
import type { GrantEnvironment } from './grants/grant-environment.js';
import { refreshTokenGrant, type RotationPolicy } from './grants/refresh-token-grant.js';
import { shouldRotate } from './grants/refresh-token-policy.js';
import { tokenExchangeGrant } from './grants/token-exchange-grant.js';
import { keepSessionIds } from './keep-session-ids.js';
import { logtoResponses } from './responses/logto-responses.js';
import { allowLoopbackRedirectUris } from './loopback-redirect-uris.js';
import { overrideBackChannelLogout } from './override-back-channel-logout.js';
import { oidcScopes, providerConfiguration } from './provider-configuration.js';
import type { ProviderDependencies } from './provider-dependencies.js';

/**
 * Creates an `oidc-provider` that is configured as Logto configures its own.
 *
 * A provider's keys are fixed. To rotate them, the emulator creates a new provider over the same store.
 */
export function createProvider(dependencies: ProviderDependencies): Provider {
  const { module, endpoint, tenant, store, signing, options } = dependencies;
  const environment: GrantEnvironment = {
    tenant,
    store,
    account: (user) => accountOf(user, dependencies),
    algorithm: signing.algorithm,
    accessTokenTtl: options.ttl.accessToken,
    errors: module.errors,
  };
  const configuration = providerConfiguration(dependencies, environment);
  const provider = new module.default(`${endpoint}/oidc`, configuration);
  registerGrants(provider, environment, dependencies);
  allowLoopbackRedirectUris(provider, tenant);
  overrideBackChannelLogout(provider, options.fetch);
  if (!options.sharedInteraction) keepSessionIds(provider);
  provider.use(logtoResponses as never);
  provider.proxy = endpoint.startsWith('https:');
  logEvents(provider, options.log);
  return provider;
}

function accountOf(user: TenantUser, { tenant, options }: ProviderDependencies): Account {
  return {
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
  };
}

function registerGrants(
  provider: Provider,
  environment: GrantEnvironment,
  dependencies: ProviderDependencies,
): void {
  const register = (
    name: string,
    grant: ReturnType<typeof clientCredentialsGrant>,
    ...parameters: string[]
  ) =>
    provider.registerGrantType(
      name,
      grant,
      new Set([...parameters, 'organization_id', 'scope', 'resource']),
      // May be repeated.
      ['resource'],
    );
  const rotates: RotationPolicy = (ctx, token) => shouldRotate(ctx, token, dependencies);
  register('refresh_token', refreshTokenGrant(environment, rotates), 'refresh_token');
  register('client_credentials', clientCredentialsGrant(environment));
  register(
    tokenExchange,
    tokenExchangeGrant(environment, oidcScopes),
    'subject_token',
    'subject_token_type',
    'actor_token',
    'actor_token_type',
  );
}

function logEvents(provider: Provider, log: ResolvedOptions['log']): void {
  // Koa prints errors itself unless someone listens.
  provider.addListener('error' as never, ((error: Error) => log?.(`error: ${error.message}`)) as never);
  provider.on('backchannel.success', (_ctx, client) => log?.(`back-channel logout: ${client.clientId}`));
  provider.on('backchannel.error', (_ctx, error) => log?.(`back-channel logout: ${error.message}`));
  provider.on('server_error', (_ctx, error) => log?.(`server error: ${error.stack ?? error.message}`));
}
