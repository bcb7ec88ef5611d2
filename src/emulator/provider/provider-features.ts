import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';

import { messagePage } from '../pages/message-page.js';
import { signOutPage } from '../pages/sign-out-page.js';
import type { GrantEnvironment } from './grants/grant-environment.js';
import { resourceServerInfo } from './grants/resource-server-info.js';
import type { ProviderDependencies } from './provider-dependencies.js';
import { sendPage, textsOf } from './responses/send-page.js';

type Features = NonNullable<Configuration['features']>;

/** The provider features that Logto uses. */
export function providerFeatures(
  dependencies: ProviderDependencies,
  environment: GrantEnvironment,
): Features {
  return {
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
          const { InvalidRequest } = dependencies.module.errors;
          throw new InvalidRequest('client is not authorized to revoke the presented token');
        }
        return token.clientId === ctx.oidc.client?.clientId;
      },
    },
    deviceFlow,
    ...(dependencies.options.clientIdMetadataDocuments && {
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    }),
    resourceIndicators: resourceIndicators(dependencies, environment),
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => sendPage(ctx, signOutPage(textsOf(ctx), form)),
      postLogoutSuccessSource: (ctx) => {
        const texts = textsOf(ctx);
        sendPage(ctx, messagePage(texts, texts.signedOut, texts.signedOutLead));
      },
    },
  };
}

/** Logto's discovery document lists the endpoint. The flow itself is not emulated. */
const deviceFlow: Features['deviceFlow'] = {
  enabled: true,
  userCodeInputSource: sendNotFound,
  userCodeConfirmSource: sendNotFound,
  successSource: sendNotFound,
};

function resourceIndicators(
  { tenant }: ProviderDependencies,
  environment: GrantEnvironment,
): Features['resourceIndicators'] {
  return {
    enabled: true,
    defaultResource: () => undefined,
    useGrantedResource: () => false,
    getResourceServerInfo: ({ oidc }, indicator, { clientId }) => {
      const userId = oidc.session?.accountId ?? oidc.account?.accountId;
      const organizationId = oidc.params?.['organization_id'];
      return resourceServerInfo(
        environment,
        indicator,
        { user: tenant.users.get(userId ?? ''), application: tenant.applications.get(clientId) },
        typeof organizationId === 'string' ? organizationId : undefined,
      );
    },
  };
}

function sendNotFound(ctx: KoaContextWithOIDC): void {
  const texts = textsOf(ctx);
  sendPage(ctx, messagePage(texts, texts.notFound, texts.notFoundLead));
}
