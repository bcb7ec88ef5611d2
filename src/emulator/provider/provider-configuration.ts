import type { AccessToken, ClientCredentials, Configuration, KoaContextWithOIDC } from 'oidc-provider';

import type { Page } from '../pages/page-layout.js';
import { claimsByScope } from '../tenant/user-claims.js';
import { clientMetadata } from './client-metadata.js';
import { resourceServerFor, type GrantEnvironment } from './grants/grant-context.js';
import { interactionUrl } from './interaction-url.js';
import { isLoopbackUri, takesAnyLoopback } from './open-redirect-uris.js';
import type { ProviderParts } from './provider-parts.js';
import { remedyFor } from './remedy-for.js';
import { refreshTokenTtl } from './grants/refresh-token-policy.js';

/** The scopes that stand for the user's claims, beside those of resources and organizations. */
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
];

/** The provider's configuration, as Logto configures its own. */
export function providerConfiguration(parts: ProviderParts, environment: GrantEnvironment): Configuration {
  const { module, tenant, store, signing, options, pages } = parts;
  const { ttl } = options;
  const cookie = { signed: true, sameSite: 'lax', httpOnly: true } as const;
  const cookieOfAllPages = { ...cookie, path: '/' };
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
    cookies: {
      keys: parts.cookieKeys,
      long: cookieOfAllPages,
      short: options.sharedInteraction ? cookieOfAllPages : cookie,
    },
    claims: { ...claimsByScope },
    scopes: oidcScopes,
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
      // Logto names the endpoint in its discovery document; the flow itself is not emulated.
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (ctx) => draw(ctx, pages.notFound(localesOf(ctx))),
        userCodeConfirmSource: (ctx) => draw(ctx, pages.notFound(localesOf(ctx))),
        successSource: (ctx) => draw(ctx, pages.notFound(localesOf(ctx))),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
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
        logoutSource: (ctx, form) => draw(ctx, pages.signOut(localesOf(ctx), form)),
        postLogoutSuccessSource: (ctx) => draw(ctx, pages.signedOut(localesOf(ctx))),
      },
    },
    renderError: (ctx, out) => {
      // Logto shows bare JSON. Where the emulator's options are to blame, a page that says so is more help.
      const remedy = remedyFor(out, ctx.oidc.params ?? {}, tenant);
      if (remedy !== undefined && ctx.accepts('json', 'html') === 'html') {
        draw(ctx, pages.error(localesOf(ctx), out, remedy));
      } else {
        ctx.body = out;
      }
    },
    interactions: { url: (_ctx, interaction) => interactionUrl(interaction, options) },
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
    formats: {
      customizers: {
        // The provider leaves out a scope that is empty, Logto's does not.
        jwt: (_ctx, { scope }, { payload }) => {
          payload['scope'] = scope;
        },
      },
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
        (application !== undefined && takesAnyLoopback(application, 'redirectUris') && isLoopbackUri(origin))
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
      RefreshToken: (ctx, _token, client) => refreshTokenTtl(ctx, client.clientId, parts),
    },
  };
}

function draw(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.set(page.headers);
  ctx.body = page.body;
}

/** The application says in which language; else the browser does. */
function localesOf(ctx: KoaContextWithOIDC): string {
  const locales = ctx.oidc.params?.['ui_locales'];
  return typeof locales === 'string' ? locales : ctx.get('accept-language');
}
