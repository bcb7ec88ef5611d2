import { clientCredentials, introspection, tokenExchange } from './application-error-texts.js';
import type { ProviderCall } from '../calls/provider-call.js';
import type { OAuthErrorText, OAuthErrorTexts } from './oauth-error-text.js';

const consoleApplication = 'Logto Console > Applications > your application';

const wrongSecret: OAuthErrorText = {
  message: 'Logto does not accept this application. Check `appId` and `appSecret` in the options.',
};

const wrongType: OAuthErrorText = {
  message:
    'This application may not sign users in. Check `appId`, and the type of the application in Logto Console > ' +
    'Applications: it must be a traditional web, a single-page or a native application.',
};

const unknownResource: OAuthErrorText = {
  message:
    'Logto does not know a resource that this app requests. Create it in Logto Console > API resources, or take it ' +
    'out of `resources`.',
};

const unknownScope: OAuthErrorText = {
  message: 'Logto does not accept a scope that this app requests. Check `scopes` in the options.',
};

const needsPage: OAuthErrorText = {
  message: 'Logto has to show a page for this sign-in, and `prompt: "none"` allows none. Sign in without it.',
  publicMessage: 'You are not signed in. Sign in and try again.',
};

const authorization: OAuthErrorTexts = {
  access_denied: {
    message: 'Logto denied the sign-in: the user cancelled it, or may not use this application.',
    publicMessage: 'The sign-in was cancelled, or you may not use this application.',
  },
  account_selection_required: needsPage,
  consent_required: needsPage,
  interaction_required: needsPage,
  invalid_client: { message: 'Logto does not know this application. Check `appId` in the options.' },
  invalid_request: {
    message:
      'Logto does not understand the authorization request. Check `signInOptions`, especially `extraParams`; see ' +
      "the cause for Logto's message.",
  },
  invalid_scope: unknownScope,
  invalid_target: unknownResource,
  login_required: {
    message:
      'The user is not signed in at Logto, and `prompt: "none"` allows no sign-in page. Sign in without it.',
    publicMessage: 'You are not signed in. Sign in and try again.',
  },
  unauthorized_client: wrongType,
  unsupported_response_type: wrongType,
};

const codeExchange: OAuthErrorTexts = {
  access_denied: {
    message:
      'Logto issues no tokens for this user: they may not use this application, or a custom token script denied it.',
    publicMessage: 'You may not use this application.',
  },
  invalid_client: wrongSecret,
  invalid_grant: {
    message:
      'Logto does not accept the code: it has expired, was used before, or was issued for another `redirectUri` or ' +
      'application. Start the sign-in again.',
    publicMessage: 'This sign-in took too long, or was finished before. Start it again.',
  },
  invalid_request: {
    message: "Logto does not understand the code exchange. See the cause for Logto's message.",
  },
  invalid_scope: unknownScope,
  invalid_target: unknownResource,
  unauthorized_client: wrongType,
  unsupported_grant_type: wrongType,
};

const noRefreshTokens: OAuthErrorText = {
  message: `This application may not refresh its tokens. Allow refresh tokens in ${consoleApplication}.`,
};

const refresh: OAuthErrorTexts = {
  access_denied: {
    message:
      'Logto denied the access token: the user is not a member of the organization, or a custom token script denied it.',
    publicMessage: 'You may not do this.',
  },
  insufficient_scope: {
    message:
      'A scope that this access token needs was not requested at sign-in. List it in `scopes`; users who are signed in have ' +
      'to sign in again.',
  },
  invalid_client: wrongSecret,
  invalid_grant: {
    message:
      'The sign-in has ended at Logto: it expired, was revoked, or the user was suspended or deleted. Sign in again.',
    publicMessage: 'Your sign-in has ended. Sign in again.',
  },
  invalid_request: { message: "Logto does not understand the refresh. See the cause for Logto's message." },
  invalid_scope: unknownScope,
  invalid_target: {
    message:
      'The resource was not requested at sign-in, or Logto does not know it. List it in `resources`, and create it ' +
      'in Logto Console > API resources; users who are signed in have to sign in again.',
  },
  unauthorized_client: noRefreshTokens,
  unsupported_grant_type: noRefreshTokens,
};

const userinfo: OAuthErrorTexts = {
  insufficient_scope: {
    message:
      'Userinfo needs the scope `openid`. List it in `scopes`, or leave `includeReservedScopes` as it is.',
  },
  invalid_token: {
    message: 'Logto no longer accepts the access token for userinfo. Sign in again.',
    publicMessage: 'Your sign-in has ended. Sign in again.',
  },
};

/** The messages by call: the same code means something else for a sign-in than for a refresh. */
export const oauthErrorTexts: Partial<Record<ProviderCall, OAuthErrorTexts>> = {
  authorization,
  'code exchange': codeExchange,
  refresh,
  userinfo,
  revocation: { invalid_client: wrongSecret },
  introspection,
  'client credentials': clientCredentials,
  'token exchange': tokenExchange,
};
