import type { AccessToken, Adapter, Client, ClientCredentials, Configuration } from 'oidc-provider';

import { messagePage } from '../pages/message-page.js';
import type { Tenant } from '../tenant/tenant.js';
import { claimsByScope } from '../tenant/user-claims.js';
import { acrValues, authenticationContext, contextClaims } from './authentication-context.js';
import { clientMetadata } from './client-metadata.js';
import { clientIdDocuments, loopbackClient } from './client-id-documents.js';
import type { GrantEnvironment } from './grants/grant-environment.js';
import { refreshTokenTtl } from './grants/refresh-token-policy.js';
import { interactionUrl } from './interaction-url.js';
import { allowsAnyLoopbackUri, isLoopbackUri } from './loopback-redirect-uris.js';
import type { ProviderDependencies } from './provider-dependencies.js';
import { providerFeatures } from './provider-features.js';
import { remedyFor } from './responses/remedy-for.js';
import { sendPage, textsOf } from './responses/send-page.js';
import { stepUpPolicy } from './step-up-policy.js';

/** The scopes of OpenID Connect, as opposed to those of resources and organizations. */
export const oidcScopes = ['openid', 'offline_access', ...Object.keys(claimsByScope)];

/** Logto's own parameters of the authorization request. */
const extraParams = [
  'interaction_mode',
  'first_screen',
  'direct_sign_in',
  'identifier',
  'one_time_token',
  'organization_id',
  'google_one_tap_credential',
  'theme',
  'confirm_redirect_policy',
];

/** The provider's configuration, the same as Logto's. */
export function providerConfiguration(
  dependencies: ProviderDependencies,
  environment: GrantEnvironment,
): Configuration {
  const { module, tenant, store, signing, options } = dependencies;
  return {
    adapter: (model: string) => (model === 'Client' ? clientAdapter(dependencies) : store.adapter(model)),
    jwks: { keys: signing.keys },
    cookies: cookies(dependencies),
    claims: { ...claimsByScope, ...(options.stepUp && { openid: ['sub', ...contextClaims] }) },
    acrValues: options.stepUp ? [...acrValues] : [],
    scopes: oidcScopes,
    conformIdTokenClaims: false,
    clientDefaults: { id_token_signed_response_alg: signing.algorithm },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'ES512'] },
    extraParams,
    features: providerFeatures(dependencies, environment),
    ...clientIdDocuments(dependencies),
    renderError: errorRenderer(tenant),
    interactions: {
      url: (_ctx, interaction) => interactionUrl(interaction, options),
      ...(options.stepUp && { policy: stepUpPolicy(module) }),
    },
    findAccount: (_ctx, sub) => {
      const user = tenant.users.get(sub);
      return user && environment.account(user);
    },
    ...tokenClaims(options),
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (code.scopes.has('offline_access') ||
        Boolean(tenant.applications.get(client.clientId)?.alwaysIssueRefreshToken)),
    clientBasedCORS: (_ctx, origin, client) => isAllowedOrigin(tenant, origin, client),
    pkce: { required: (_ctx, client) => client.clientAuthMethod !== 'client_secret_basic' },
    ttl: lifetimes(dependencies),
  };
}

function cookies({ cookieKeys, options }: ProviderDependencies): NonNullable<Configuration['cookies']> {
  const cookie = { signed: true, sameSite: 'lax', httpOnly: true } as const;
  const sharedCookie = { ...cookie, path: '/' };
  return { keys: cookieKeys, long: sharedCookie, short: options.sharedInteraction ? sharedCookie : cookie };
}

/** Reads applications from the tenant, so that the controls can change them. */
function clientAdapter(dependencies: ProviderDependencies): Adapter {
  const { module, tenant, store, signing } = dependencies;
  return {
    ...store.adapter('Client'),
    find: async (id) => {
      const application = tenant.applications.get(id);
      if (!application && tenant.application(id)) {
        // The provider then fetches the document of an `https:` URL.
        return loopbackClient(id, dependencies);
      }
      if (!application) throw new module.errors.InvalidClient(`invalid client ${id}`);
      return clientMetadata(application, signing.algorithm);
    },
  };
}

/** Logto sends bare JSON. A developer who has to change the emulator's options gets a page that says how. */
function errorRenderer(tenant: Tenant): NonNullable<Configuration['renderError']> {
  return (ctx, error) => {
    const remedy = remedyFor(error, ctx.oidc.params ?? {}, tenant);
    if (remedy !== undefined && ctx.accepts('json', 'html') === 'html') {
      const texts = textsOf(ctx);
      const description = error.error_description ?? '';
      sendPage(ctx, messagePage(texts, texts.invalidRequest, description, error.error, remedy));
    } else {
      ctx.body = error;
    }
  };
}

function tokenClaims({
  stepUp,
}: ProviderDependencies['options']): Pick<Configuration, 'extraTokenClaims' | 'formats'> {
  return {
    extraTokenClaims: (ctx, token) => {
      const { organization_id: organizationId, resource } = ctx.oidc?.params ?? {};
      return {
        ...(token.kind === 'AccessToken' ? token.extra : {}),
        ...(organizationId && resource ? { organization_id: organizationId } : {}),
        ...(stepUp && authenticationContext(ctx)),
      };
    },
    formats: {
      customizers: {
        // The provider omits an empty scope. Logto does not.
        jwt: (_ctx, { scope }, { payload }) => {
          payload['scope'] = scope;
        },
      },
    },
  };
}

function isAllowedOrigin(tenant: Tenant, origin: string, client: Client): boolean {
  const application = tenant.applications.get(client.clientId);
  const redirectUris = application ? application.redirectUris : client.redirectUris;
  return (
    Boolean(application?.corsAllowedOrigins.includes(origin)) ||
    (redirectUris ?? []).some((uri) => new URL(uri).origin === origin) ||
    (application !== undefined && allowsAnyLoopbackUri(application, 'redirectUris') && isLoopbackUri(origin))
  );
}

function lifetimes(dependencies: ProviderDependencies): NonNullable<Configuration['ttl']> {
  const { ttl } = dependencies.options;
  const accessTokenTtl = (_ctx: unknown, token: AccessToken | ClientCredentials) =>
    token.resourceServer?.accessTokenTTL ?? ttl.accessToken;
  return {
    AccessToken: accessTokenTtl,
    ClientCredentials: accessTokenTtl,
    AuthorizationCode: 60,
    DeviceCode: 600,
    IdToken: ttl.idToken,
    Interaction: 3600,
    Session: ttl.session,
    Grant: ttl.grant,
    RefreshToken: (ctx, _token, client) => refreshTokenTtl(ctx, client.clientId, dependencies),
  };
}
