import type Provider from 'oidc-provider';
import type {
  AccessToken,
  Account,
  ClientCredentials,
  Configuration,
  KoaContextWithOIDC,
  RefreshToken,
} from 'oidc-provider';

import type { ResolvedOptions } from '../logto-emulator-schema.js';
import type { Page } from '../pages/page-layout.js';
import type { Tenant, TenantUser } from '../tenant/tenant.js';
import { claimsByScope, userClaims } from '../tenant/user-claims.js';
import { reachLoopback } from './back-channel-logout.js';
import { clientCredentialsGrant } from './client-credentials-grant.js';
import { clientMetadata, isLoopbackUri, tokenExchange } from './client-metadata.js';
import { logtoAnswers } from './logto-answers.js';
import { resourceServerFor, type GrantEnvironment } from './grant-context.js';
import { interactionUrl } from './interaction-url.js';
import type { OidcProviderModule } from './load-oidc-provider.js';
import type { MemoryStore } from './memory-store.js';
import { refreshTokenGrant } from './refresh-token-grant.js';
import type { SigningKeys } from './signing-keys.js';
import { tokenExchangeGrant } from './token-exchange-grant.js';

/** What {@link createProvider} builds a provider from. */
export interface ProviderParts {
  module: OidcProviderModule;
  endpoint: string;
  tenant: Tenant;
  store: MemoryStore;
  signing: SigningKeys;
  cookieKeys: string[];
  options: ResolvedOptions;
  /** Draws the pages that the provider itself answers with. */
  pages: {
    signOut: (form: string) => Page;
    signedOut: () => Page;
    error: (error: { error: string; error_description?: string | undefined }) => Page;
  };
}

const year = 365.25 * 24 * 3600;
const scopes = ['openid', 'offline_access', ...Object.keys(claimsByScope)];
const extraParams = [
  'interaction_mode',
  'first_screen',
  'direct_sign_in',
  'identifier',
  'one_time_token',
  'organization_id',
  'google_one_tap_credential',
];

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

  const provider = new module.default(`${parts.endpoint}/oidc`, configuration(parts, environment));
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
    tokenExchangeGrant(environment, scopes),
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

function configuration(parts: ProviderParts, environment: GrantEnvironment): Configuration {
  const { module, tenant, store, signing, options, pages } = parts;
  const { ttl } = options;
  const cookie = { signed: true, sameSite: 'lax', path: '/', httpOnly: true } as const;
  const resourceTtl = (token: AccessToken | ClientCredentials) =>
    token.resourceServer?.accessTokenTTL ?? ttl.accessToken;

  return {
    adapter: (model: string) =>
      model === 'Client'
        ? {
            ...store.adapter(model),
            find: async (id: string) => {
              const application = tenant.applications.get(id);
              if (!application) {
                throw new module.errors.InvalidClient(`invalid client ${id}`);
              }
              return clientMetadata(application, signing.algorithm);
            },
          }
        : store.adapter(model),
    jwks: { keys: signing.keys },
    cookies: { keys: parts.cookieKeys, long: cookie, short: cookie },
    claims: { ...claimsByScope },
    scopes,
    conformIdTokenClaims: false,
    clientDefaults: { id_token_signed_response_alg: signing.algorithm },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'ES512'] },
    extraParams,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) =>
          client.clientAuthMethod !== 'none' || token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (ctx, client, token) => {
          if (token.clientId !== client.clientId && client.clientAuthMethod !== 'none') {
            throw new module.errors.InvalidRequest('client is not authorized to revoke the presented token');
          }
          return token.clientId === ctx.oidc.client?.clientId;
        },
      },
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // The provider means "none" by undefined, which its types do not know.
        defaultResource: ((_ctx: unknown, _client: unknown, oneOf?: string[]) => oneOf) as never,
        useGrantedResource: () => false,
        getResourceServerInfo: (ctx, indicator, client) => {
          const userId = ctx.oidc.session?.accountId ?? ctx.oidc.account?.accountId;
          const user = userId === undefined ? undefined : tenant.users.get(userId);
          const organizationId = ctx.oidc.params?.['organization_id'];
          return resourceServerFor(
            environment,
            indicator,
            { ...(user && { user }), clientId: client.clientId },
            typeof organizationId === 'string' ? organizationId : undefined,
          );
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => draw(ctx, pages.signOut(form)),
        postLogoutSuccessSource: (ctx) => draw(ctx, pages.signedOut()),
      },
    },
    renderError: (ctx, out) => {
      // Logto shows bare JSON. A person who follows a wrong link is better served with words.
      if (ctx.accepts('json', 'html') === 'html') {
        draw(ctx, pages.error(out));
      } else {
        ctx.body = out;
      }
    },
    interactions: { url: (ctx, interaction) => interactionUrl(ctx, interaction.prompt.name) },
    findAccount: (_ctx, sub) => {
      const user = tenant.users.get(sub);
      return user && environment.account(user);
    },
    extraTokenClaims: (ctx, token) => {
      const { organization_id: organizationId, resource } = ctx.oidc?.params ?? {};
      return {
        ...(token.kind === 'AccessToken' ? token.extra : {}),
        ...(organizationId && resource ? { organization_id: organizationId } : {}),
      };
    },
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (code.scopes.has('offline_access') ||
        Boolean(tenant.applications.get(client.clientId)?.alwaysIssueRefreshToken)),
    clientBasedCORS: (_ctx, origin, client) => {
      const application = tenant.applications.get(client.clientId);
      return (
        Boolean(application?.corsAllowedOrigins.includes(origin)) ||
        (application?.redirectUris ?? []).some((uri) => new URL(uri).origin === origin) ||
        (application?.redirectUris === undefined && isLoopbackUri(origin))
      );
    },
    pkce: { required: (_ctx, client) => client.clientAuthMethod !== 'client_secret_basic' },
    ttl: {
      AccessToken: (_ctx, token) => resourceTtl(token),
      ClientCredentials: (_ctx, token) => resourceTtl(token),
      AuthorizationCode: 60,
      DeviceCode: 600,
      IdToken: ttl.idToken,
      Interaction: 3600,
      Session: ttl.session,
      Grant: ttl.grant,
      RefreshToken: (ctx, token, client) => refreshTokenTtl(ctx, token, client.clientId, parts),
    },
  };
}

function refreshTokenTtl(
  ctx: KoaContextWithOIDC | undefined,
  _token: RefreshToken,
  clientId: string,
  { tenant, options }: ProviderParts,
): number {
  const application = tenant.applications.get(clientId);
  const rotated = ctx?.oidc.entities.RotatedRefreshToken;
  if (rotated && application?.type === 'SPA') {
    // A browser's token gets no longer life by being rotated.
    return Math.max(1, rotated.remainingTTL);
  }
  const days = application?.refreshTokenTtlInDays;
  return days === undefined ? options.ttl.refreshToken : Math.max(1, Math.round(days * 24 * 3600));
}

function shouldRotate(ctx: KoaContextWithOIDC, token: RefreshToken, parts: ProviderParts): boolean {
  const { rotation } = parts.options;
  const client = ctx.oidc.client;
  if (rotation === 'off' || !parts.tenant.applications.get(client?.clientId ?? '')?.rotateRefreshToken) {
    return false;
  }
  if (rotation === 'every-use') {
    return true;
  }
  if (token.totalLifetime() >= year) {
    return false;
  }
  return client?.clientAuthMethod === 'none' || token.ttlPercentagePassed() >= 70;
}

/** Applications that registered no URIs may use any loopback address. */
function allowOpenRedirectUris(provider: Provider, tenant: Tenant): void {
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

function withResource(...names: string[]): Set<string> {
  return new Set([...names, 'resource']);
}

function draw(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.set(page.headers);
  ctx.body = page.body;
}
