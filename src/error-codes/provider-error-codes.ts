/**
 * Logto cannot be reached, its response is unusable, or it gives no token.
 */
export const providerErrorCodes = [
  /**
   * There is no refresh token to get the access token with.
   * @status 401, 500
   * @remedy Keep `includeReservedScopes` and `consent` in `prompt`: Logto issues a refresh token only with both. Users who
   * are signed in already have to sign in again.
   */
  'missing_refresh_token',
  /**
   * The claims of an opaque access token were requested. Only tokens for a resource or an organization have claims.
   * @status 500
   * @remedy Request the claims of a token for a resource or an organization.
   */
  'access_token_opaque',
  /**
   * The userinfo response is for another user, or Logto refuses its own access token.
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
] as const;
