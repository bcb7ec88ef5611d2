/**
 * Logto cannot be reached, its response is invalid, or it issues no token.
 */
export const providerErrorCodes = [
  /**
   * There is no refresh token to get the access token with.
   * @status 401, 500
   * @remedy Keep `includeReservedScopes` and `consent` in `prompt`: Logto issues a refresh token only with both. Users who
   * are already signed in have to sign in again.
   */
  'missing_refresh_token',
  /**
   * The claims of an opaque access token were requested. Only tokens for a resource or an organization have claims.
   * @status 500
   * @remedy Request the claims of a token for a resource or an organization.
   */
  'access_token_opaque',
  /**
   * The userinfo response is for another user, or Logto rejects an access token that it has issued.
   * @status 503
   * @remedy Check Logto, and any proxy or cache between Logto and this server.
   */
  'user_info_invalid',
  /**
   * Logto cannot be reached, or fails. Users stay signed in.
   * @status 503
   * @remedy Retry. If it lasts, check from this server that `endpoint` (or `http.internalEndpoint`) can be reached.
   */
  'provider_unavailable',
  /**
   * Logto did not respond within `http.timeout`. Users stay signed in.
   * @status 503
   * @remedy Retry. If it lasts, check the network, or raise `http.timeout`.
   */
  'provider_timeout',
  /**
   * The discovery document of Logto is missing, incomplete or for another issuer.
   * @status 503
   * @remedy Check `endpoint`. A retry does not help.
   */
  'provider_misconfigured',
  /**
   * A response of Logto does not follow the protocol.
   * @status 401, 503
   * @remedy See the cause in the log. Check that no proxy changes the responses of Logto.
   */
  'provider_answer_invalid',
  /**
   * The Management API rejected a request of `LogtoManagement`. The exception has Logto's own code, for example
   * `entity.not_found` or `user.username_already_in_use`, and this code only if the response has none.
   * @status 400, 403, 404, 422, 429, 500
   * @remedy The message has Logto's own message. For 401 and 403, assign a role with access to the Management API to the
   * machine-to-machine application in Logto Console. See [Management API](docs/how-to/management-api.md).
   */
  'management_api_refused',
] as const;
