export { LogtoModule } from './logto.module.js';
export { LogtoService } from './logto.service.js';
export { LogtoSessions } from './session/logto-sessions.js';
export type { LogtoSession, LogtoSessionEndOptions, LogtoSessionSubject } from './session/logto-session.js';
export { logtoOptionsFromEnv } from './options/logto-options-from-env.js';
export type {
  LogtoHttpOptions,
  LogtoLifetimeOptions,
  LogtoLock,
  LogtoModuleAsyncOptions,
  LogtoModuleExtras,
  LogtoModuleOptions,
  LogtoOptionsFactory,
  UnauthenticatedBehavior,
} from './options/logto-module-options.js';
export type { LogtoEncryptionOptions } from './options/logto-encryption-options.js';
export type { LogtoManagementOptions } from './options/logto-management-options.js';
export type { LogtoApiOptions, LogtoResourceMetadataOptions } from './options/logto-api-options.js';
export type { LogtoWebhookOptions } from './options/logto-webhook-options.js';
export {
  LogtoException,
  LogtoOptionsException,
  LogtoUnauthenticatedException,
  type LogtoExceptionInit,
  type LogtoOptionsProblem,
} from './logto.exceptions.js';
export type { LogtoDiagnosisCheck } from './diagnosis/checks/logto-diagnosis-check.js';
export type { LogtoDiagnosis } from './diagnosis/logto-diagnosis.js';
export type { LogtoErrorCode, ManagementErrorCode, OAuthErrorCode } from './logto.error-codes.js';
export type { LogtoSignOutReason } from './events/logto-sign-out-reason.js';
export type {
  LogtoAccessDeniedMessage,
  LogtoMessages,
  LogtoSessionEndedMessage,
  LogtoSessionStartedMessage,
  LogtoTokenCacheMessage,
} from './events/logto-messages.js';
export type {
  LogtoCallbackTrace,
  LogtoProviderRequestTrace,
  LogtoRefreshTrace,
  LogtoRevalidateTrace,
  LogtoSignInTrace,
  LogtoSignOutTrace,
  LogtoTrace,
  LogtoTraces,
  LogtoVerifyTokenTrace,
  LogtoWebhookTrace,
} from './events/logto-traces.js';
export { LogtoContext } from './user/logto-context.js';
export type { SignInOptions } from './options/sign-in-options.js';
export type { GetContextParameters } from './options/get-context-parameters.js';
export { OnSignIn, LogtoSignInEvent } from './hooks/on-sign-in.decorator.js';
export { OnSignOut, LogtoSignOutEvent } from './hooks/on-sign-out.decorator.js';
export { OnTokenRefresh, LogtoTokenRefreshEvent } from './hooks/on-token-refresh.decorator.js';
export { OnSignInFailed, LogtoSignInFailedEvent } from './hooks/on-sign-in-failed.decorator.js';
export {
  LogtoUserResolver,
  type LocalUserResolution,
  type LocalUserResolver,
} from './hooks/logto-user-resolver.decorator.js';
export { LocalUser } from './hooks/local-user.js';
export { AuthUser } from './user/auth-user.decorator.js';
export { WithLogto } from './user/with-logto.decorator.js';
export type { Credential } from './options/credential.js';
export type { WithLogtoOptions } from './user/with-logto.decorator.js';
export { LogtoInterceptor } from './user/logto.interceptor.js';
export { LogtoGuard } from './guard/logto.guard.js';
export { LogtoApiGuard } from './guard/logto-api.guard.js';
export { OptionalAuth, Public } from './guard/decorators/access.decorators.js';
export { RequireScopes } from './guard/decorators/require-scopes.decorator.js';
export { RequireRoles } from './guard/decorators/require-roles.decorator.js';
export { RequireOrganization } from './guard/decorators/require-organization.decorator.js';
export { RequireOrganizationRoles } from './guard/decorators/require-organization-roles.decorator.js';
export { RequireOrganizationScopes } from './guard/decorators/require-organization-scopes.decorator.js';
export { RequireAuthentication } from './guard/decorators/require-authentication.decorator.js';
export { RequireMfa } from './guard/decorators/require-mfa.decorator.js';
export { RequireRecentSignIn } from './guard/decorators/require-recent-sign-in.decorator.js';
export type { OrganizationSource } from './guard/requirements/organization-source.js';
export type {
  AuthenticationRequirementOptions,
  RequirementOptions,
  ScopeRequirementOptions,
} from './guard/requirements/requirement.js';
export { LogtoExceptionFilter } from './guard/logto-exception.filter.js';
export {
  AccessTokenClaims,
  IdTokenClaims,
  UserInfoResponse,
  type AddressClaim,
  type IdentityClaim,
  type OrganizationData,
  type SsoIdentityClaim,
  type UserClaims,
} from './oidc/claims.js';
export {
  buildOrganizationUrn,
  getOrganizationIdFromUrn,
  LogtoAcr,
  organizationUrnPrefix,
  Prompt,
  ReservedResource,
  ReservedScope,
  UserScope,
} from './options/logto-constants.js';
export type { LogtoFetchInit } from './downstream/downstream-fetch.js';
export type { TokenTarget } from './oidc/token-target.js';
export type { ExchangedToken, TokenExchangeParameters } from './oidc/token-exchange.js';
export type { ClientCredentialsParameters } from './tokens/machine-tokens.js';
export type { SignInParameters } from './sign-in/sign-in.js';
export type { SignOutParameters } from './sign-in/sign-out.js';
export { OnLogtoEvent } from './webhooks/on-logto-event.decorator.js';
export {
  LogtoWebhookEvent,
  type LogtoWebhookEventName,
  type LogtoWebhookEvents,
} from './webhooks/logto-webhook-event.js';
export type { LogtoWebhookUser } from './webhooks/webhook-payloads.js';
