export { LogtoModule } from './logto.module.js';
export { LogtoService } from './logto.service.js';
export { logtoOptionsFromEnv } from './logto-options-from-env.js';
export type {
  LogtoApiOptions,
  LogtoHttpOptions,
  LogtoLifetimeOptions,
  LogtoLock,
  LogtoModuleExtras,
  LogtoModuleOptions,
  LogtoOptionsFactory,
  SignInOptions,
  UnauthenticatedBehaviour,
} from './logto.options.js';
export {
  LogtoException,
  LogtoOptionsException,
  LogtoUnauthenticatedException,
  type LogtoErrorCode,
  type LogtoExceptionInit,
  type LogtoOptionsProblem,
  type OAuthErrorCode,
} from './logto.exceptions.js';
export { LogtoContext, type GetContextParameters } from './user/logto-context.js';
export { AuthUser } from './user/auth-user.decorator.js';
export { WithLogto, type WithLogtoOptions } from './user/with-logto.decorator.js';
export { LogtoInterceptor } from './user/logto.interceptor.js';
export { LogtoGuard } from './guard/logto.guard.js';
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
  organizationUrnPrefix,
  Prompt,
  ReservedResource,
  ReservedScope,
  UserScope,
} from './oidc/logto-constants.js';
export type { TokenTarget } from './oidc/oidc-client.js';
export type { SignInParameters } from './session/sign-in.js';
export type { SignOutParameters } from './session/sign-out.js';
