/**
 * Error codes of OAuth 2.0 and OpenID Connect, from Logto or from a guard, and `authorization_refused` for any other code.
 * Users may see them.
 */
export const oauthErrorCodes = [
  /**
   * Logto denied access. The user cancelled the sign-in, or is not a member of the organization.
   * @status 403
   * @remedy The message says which of the two it is.
   */
  'access_denied',
  /**
   * With `prompt=none`, Logto cannot choose between several accounts.
   * @status 401
   * @remedy Sign in without `prompt=none`.
   */
  'account_selection_required',
  /**
   * Logto rejected the request with a code that is not on this page.
   * @status 401, 500, 503
   * @remedy The message has Logto's code.
   */
  'authorization_refused',
  /**
   * With `prompt=none`, Logto cannot ask the user for consent.
   * @status 401
   * @remedy Sign in without `prompt=none`.
   */
  'consent_required',
  /**
   * The token lacks a scope that the route requires.
   * @status 403
   * @remedy Add the scope to `scopes`, and grant it to the user in Logto Console, by a role.
   */
  'insufficient_scope',
  /**
   * With `prompt=none`, Logto cannot show the page that the sign-in needs.
   * @status 401
   * @remedy Sign in without `prompt=none`.
   */
  'interaction_required',
  /**
   * Logto does not accept the application: its ID or secret is wrong.
   * @status 401, 503
   * @remedy Check `appId` and `appSecret`, or `machineToMachine` if the message names it. Users stay signed in. A retry
   * does not help.
   */
  'invalid_client',
  /**
   * The session has ended at Logto, or the code or the subject token has expired or was used before.
   * @status 401, 500
   * @remedy Sign in again. For a token exchange: get a new subject token.
   */
  'invalid_grant',
  /**
   * The request is malformed: the URL or headers of a request to this app, or a request to Logto.
   * @status 400, 401, 500
   * @remedy The message says which request it is, and the log has Logto's own message.
   */
  'invalid_request',
  /**
   * Logto does not know a scope, or does not accept it for this application.
   * @status 401, 500
   * @remedy Check `scopes`, and the permissions of the API resource in Logto Console.
   */
  'invalid_scope',
  /**
   * The API resource is unknown to Logto, missing in the request, or was not requested at sign-in.
   * @status 401, 500
   * @remedy List the resource in `resources`, and create it in Logto Console > API resources.
   */
  'invalid_target',
  /**
   * The bearer token is invalid: expired, opaque, for another API or from another issuer. The message says which, and if the
   * clocks differ.
   * @status 401
   * @remedy Get a new token. If the server is at fault, the log says what to change.
   */
  'invalid_token',
  /**
   * With `prompt=none`, the user is not signed in to Logto.
   * @status 401
   * @remedy Sign in without `prompt=none`.
   */
  'login_required',
  /**
   * Logto reports an internal error.
   * @status 503
   * @remedy Retry.
   */
  'server_error',
  /**
   * Logto is temporarily overloaded or under maintenance.
   * @status 503
   * @remedy Retry.
   */
  'temporarily_unavailable',
  /**
   * Logto does not let an application of this type make the request.
   * @status 401, 503
   * @remedy Create a **Traditional web** application for sign-ins, or a **Machine-to-machine** one for client credentials.
   * A retry does not help.
   */
  'unauthorized_client',
  /**
   * Logto does not let this application use the grant.
   * @status 401, 500
   * @remedy The message says what to change. Token exchange has to be allowed in Logto Console > Applications.
   */
  'unsupported_grant_type',
  /**
   * Logto does not let this application use the response type.
   * @status 401, 500
   * @remedy Create a **Traditional web** application.
   */
  'unsupported_response_type',
] as const;
