import type { Provider } from '@nestjs/common';
import { ExpressMount } from './bootstrap/express-mount.js';
import { GlobalPrefixExclusion } from './bootstrap/global-prefix-exclusion.js';
import { missingOptionsProvider } from './bootstrap/missing-options.provider.js';
import { OptionsScopeCheck } from './bootstrap/options-scope-check.js';
import { RequirementReport } from './bootstrap/requirement-report.js';
import { StartupReport } from './bootstrap/startup-report.js';
import { StartupDiagnosis } from './bootstrap/startup-diagnosis.js';
import { StepUpCheck } from './bootstrap/step-up-check.js';
import { WebhookReport } from './bootstrap/webhook-report.js';
import { diagnosisProviders } from './diagnosis/diagnosis-providers.js';
import { DownstreamFetch } from './downstream/downstream-fetch.js';
import { AccessDecision } from './guard/access-decision.js';
import { AccessPolicyReader } from './guard/policy/access-policy.js';
import { BearerAuthentication } from './guard/bearer/bearer-authentication.js';
import { BearerChallenge } from './guard/bearer/bearer-challenge.js';
import { BearerDenial } from './guard/bearer/bearer-denial.js';
import { BearerTokenVerifier } from './guard/bearer/bearer-token-verifier.js';
import { ProtectedResources } from './guard/bearer/protected-resources.js';
import { UserOverride } from './guard/bearer/user-override.js';
import { CsrfProtection } from './guard/csrf-protection.js';
import { DenialExceptionFactory } from './guard/denial-exception-factory.js';
import { GuardedRouteReader } from './guard/guarded-route.js';
import { FreshScopes } from './guard/session/fresh-scopes.js';
import { FreshUserInfo } from './guard/session/fresh-user-info.js';
import { LogtoExceptionFilter } from './guard/logto-exception.filter.js';
import { FreshClaimsGuard } from './guard/fresh-claims.guard.js';
import { LogtoApiGuard } from './guard/logto-api.guard.js';
import { LogtoGuard } from './guard/logto.guard.js';
import { RequirementCheck } from './guard/requirements/requirement-check.js';
import { SessionAuthentication } from './guard/session/session-authentication.js';
import { ClockSkewCheck } from './guard/clock-skew-check.js';
import { HookRegistry } from './hooks/hook-registry.js';
import { Hooks } from './hooks/hooks.js';
import { LocalUsers } from './hooks/local-users.js';
import { LOGTO_EXTRAS, MODULE_OPTIONS_TOKEN } from './logto.module-definition.js';
import { LogtoService } from './logto.service.js';
import { signInProviders } from './logto.sign-in-providers.js';
import { oidcProviders } from './oidc/oidc-providers.js';
import { OperatorLog } from './operator-log.js';
import { resolveLogtoOptions } from './options/resolve/resolve-logto-options.js';
import { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { BasePath } from './request/base-path.js';
import { PassiveRequests } from './request/passive-requests.js';
import { Handshakes } from './session/handshakes.js';
import { LogtoSessions } from './session/logto-sessions.js';
import { SessionEnd } from './session/session-end.js';
import { SessionExpiry } from './session/session-expiry.js';
import { SessionLifetime } from './session/session-lifetime.js';
import { SessionMount } from './session/session-mount.js';
import { SessionStart } from './session/session-start.js';
import { SessionStoreLocator } from './session/session-store-locator.js';
import { Sessions } from './session/sessions.js';
import { RefreshedRecords } from './store/refreshed-records.js';
import { SignInEndEvents } from './store/sign-in-end-events.js';
import { SignInIndex } from './store/sign-in-index.js';
import { PatchedStores } from './store/patched-stores.js';
import { TokenEncryption } from './store/token-encryption.js';
import { TokenRecords } from './store/token-records.js';
import { Tombstones } from './store/tombstones.js';
import { TouchThrottle } from './store/touch-throttle.js';
import { UserMarks } from './store/user-marks.js';
import { MachineTokens } from './tokens/machine-tokens.js';
import { RefreshGrant } from './tokens/refresh-grant.js';
import { RefreshedTokens } from './tokens/refreshed-tokens.js';
import { Revalidation } from './tokens/revalidation.js';
import { SessionLocalUsers } from './tokens/session-local-users.js';
import { TokenRefresh } from './tokens/token-refresh.js';
import { Tokens } from './tokens/tokens.js';
import { UserInfo } from './tokens/user-info.js';
import { CurrentUser } from './user/current-user.js';
import { HandlerContext } from './user/handler-context.js';
import { LogtoInterceptor } from './user/logto.interceptor.js';
import { RequestSource } from './user/request-source.js';
import { RouteOptionsReader } from './user/route-options.js';
import { SignInWatch } from './user/signed-out/sign-in-watch.js';
import { SignedOutSignals } from './user/signed-out/signed-out-signals.js';
import { UnauthenticatedExceptionFactory } from './user/unauthenticated-exception-factory.js';
import { UserContextResolver } from './user/user-context-resolver.js';
import { webhookProviders } from './webhooks/webhook-providers.js';

/** The classes that Nest constructs for the module, folder by folder. */
export const logtoProviders: Provider[] = [
  missingOptionsProvider,
  {
    provide: ResolvedLogtoOptions,
    inject: [MODULE_OPTIONS_TOKEN, LOGTO_EXTRAS],
    useFactory: resolveLogtoOptions,
  },
  OperatorLog,
  ...oidcProviders,
  // hooks/
  HookRegistry,
  Hooks,
  LocalUsers,
  // store/
  PatchedStores,
  RefreshedRecords,
  SignInEndEvents,
  SignInIndex,
  TokenEncryption,
  TokenRecords,
  Tombstones,
  TouchThrottle,
  UserMarks,
  // request/
  BasePath,
  PassiveRequests,
  // session/
  Handshakes,
  LogtoSessions,
  SessionEnd,
  SessionExpiry,
  SessionLifetime,
  SessionMount,
  SessionStart,
  SessionStoreLocator,
  Sessions,
  // tokens/
  MachineTokens,
  RefreshGrant,
  RefreshedTokens,
  Revalidation,
  SessionLocalUsers,
  TokenRefresh,
  Tokens,
  UserInfo,
  // downstream/
  DownstreamFetch,
  // user/
  CurrentUser,
  HandlerContext,
  LogtoInterceptor,
  RequestSource,
  RouteOptionsReader,
  SignInWatch,
  SignedOutSignals,
  UnauthenticatedExceptionFactory,
  UserContextResolver,
  // guard/
  AccessDecision,
  AccessPolicyReader,
  BearerAuthentication,
  BearerChallenge,
  BearerDenial,
  BearerTokenVerifier,
  ClockSkewCheck,
  CsrfProtection,
  DenialExceptionFactory,
  FreshClaimsGuard,
  FreshScopes,
  FreshUserInfo,
  GuardedRouteReader,
  LogtoApiGuard,
  LogtoExceptionFilter,
  LogtoGuard,
  ProtectedResources,
  RequirementCheck,
  SessionAuthentication,
  UserOverride,
  ...diagnosisProviders,
  // bootstrap/
  ExpressMount,
  GlobalPrefixExclusion,
  OptionsScopeCheck,
  RequirementReport,
  StartupReport,
  StartupDiagnosis,
  StepUpCheck,
  WebhookReport,
  ...webhookProviders,
  LogtoService,
  ...signInProviders,
];
