import type { OAuthErrorText, OAuthErrorTexts } from './oauth-error-text.js';

const noMachine: OAuthErrorText = {
  message:
    'Logto only allows client credentials for machine-to-machine applications. Create one in Logto Console > ' +
    'Applications, and give its ID and secret as `machineToMachine: { appId, appSecret }`.',
};

/** Messages for the client credentials grant. */
export const clientCredentials: OAuthErrorTexts = {
  access_denied: {
    message:
      'The machine-to-machine application does not belong to the organization. Add it in Logto Console > ' +
      'Organizations > the organization > Machine-to-machine apps.',
  },
  invalid_client: {
    message:
      'Logto does not accept the machine-to-machine application. Check `machineToMachine: { appId, appSecret }` in ' +
      'the options.',
  },
  invalid_request: noMachine,
  invalid_scope: {
    message:
      'Logto does not accept the `scope` passed to getClientCredentialsToken(). Add that permission to the resource in Logto Console > API resources.',
  },
  invalid_target: {
    message:
      'Logto only issues this token for a `resource` or an `organizationId`. Pass one of them to ' +
      'getClientCredentialsToken(), and create the resource in Logto Console > API resources.',
  },
  unauthorized_client: noMachine,
  unsupported_grant_type: noMachine,
};

const noExchange: OAuthErrorText = {
  message:
    'Logto does not let this application exchange tokens. Allow token exchange in Logto Console > Applications > your application; ' +
    "see the cause for Logto's message.",
};

/** Messages for token exchange. */
export const tokenExchange: OAuthErrorTexts = {
  access_denied: {
    message: 'The user of the subject token is not a member of the organization.',
    publicMessage: 'You may not do this.',
  },
  invalid_client: {
    message:
      'Logto does not accept the application that exchanges the token. Check `appId` and `appSecret`, or those of ' +
      '`machineToMachine`.',
  },
  invalid_grant: {
    message:
      'Logto does not accept the subject token or the actor token. A subject token can be exchanged ' +
      'once within its lifetime, and not for a suspended user. Get a new one from the Management API. An actor token is the ' +
      'opaque token of getAccessToken(request), without a resource.',
  },
  invalid_request: noExchange,
  invalid_scope: {
    message:
      'Logto does not accept the `scope` of exchangeToken(). Add that permission to the resource in Logto Console > API resources.',
  },
  invalid_target: {
    message:
      'Logto does not know the `resource` of exchangeToken(). Create it in Logto Console > API resources.',
  },
  unauthorized_client: noExchange,
  unsupported_grant_type: noExchange,
};

/** Messages for introspection. */
export const introspection: OAuthErrorTexts = {
  invalid_client: {
    message:
      'Logto does not accept the application that introspects opaque tokens. Check `appId` and `appSecret`: ' +
      '`api.introspection` needs an application with a secret.',
  },
};
