/** The codes of this library's own errors. */
const ownErrorCodes = [
  'invalid_options',
  'module_registered_twice',
  'module_missing',
  'package_loaded_twice',
  'authorization_not_enforced',
  'adapter_not_supported',
  'session_not_configured',
  'session_not_supported',
  'session_configured_twice',
  'session_cookie_insecure',
  'session_missing',
  'session_not_kept',
  'session_store_unavailable',
  'session_store_unknown',
  'sign_in_session.not_found',
  'sign_in_session.invalid',
  'callback_invalid',
  'not_a_navigation',
  'cross_site_request',
  'not_authenticated',
  'recent_sign_in_required',
  'api_not_configured',
  'insufficient_role',
  'insufficient_organization_role',
  'organization_required',
  'organization_mismatch',
  'roles_not_in_token',
  'requirement_incomplete',
  'missing_scope_roles',
  'missing_scope_organization_roles',
  'missing_refresh_token',
  'missing_scope_organizations',
  'machine_to_machine_not_configured',
  'application_not_configured',
  'access_token_opaque',
  'lock_unavailable',
  'id_token_invalid',
  'logout_token_invalid',
  'user_info_invalid',
  'provider_unavailable',
  'provider_timeout',
  'provider_misconfigured',
  'provider_answer_invalid',
  'context_not_supported',
] as const;

/** The OAuth errors that may be shown to visitors. */
export const oauthErrorCodes = [
  'access_denied',
  'account_selection_required',
  'authorization_refused',
  'consent_required',
  'insufficient_scope',
  'interaction_required',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'login_required',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
] as const;

/** Error codes of OAuth 2.0, OpenID Connect and Logto. */
export type OAuthErrorCode = (typeof oauthErrorCodes)[number];

/**
 * The `code` of a `LogtoException`. Codes are stable, unlike messages. Errors of Logto keep their OAuth code
 * (`access_denied`, `invalid_target`, …), see RFC 6749 sections 4.1.2.1 and 5.2.
 */
export type LogtoErrorCode = (typeof ownErrorCodes)[number] | OAuthErrorCode;

/** All codes, for documentation and tests. */
export const logtoErrorCodes: readonly LogtoErrorCode[] = [...ownErrorCodes, ...oauthErrorCodes];
