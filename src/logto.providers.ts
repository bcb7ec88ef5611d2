import type { Provider, Type } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { AccessDecision } from './guard/access-decision.js';
import { AccessPlans } from './guard/access-plans.js';
import { BearerAuthentication } from './guard/bearer/bearer-authentication.js';
import { BearerTokens } from './guard/bearer/bearer-tokens.js';
import { CrossSite } from './guard/cross-site.js';
import { DecidingScopes } from './guard/deciding-scopes.js';
import { DecidingUserInfo } from './guard/deciding-user-info.js';
import { FreshClaimsGuard } from './guard/fresh-claims.guard.js';
import { LogtoExceptionFilter } from './guard/denial/logto-exception.filter.js';
import { LogtoApiGuard } from './guard/logto-api.guard.js';
import { LogtoGuard } from './guard/logto.guard.js';
import { Refusal } from './guard/denial/refusal.js';
import { RequirementCheck } from './guard/requirements/requirement-check.js';
import { RequirementReport } from './bootstrap/requirement-report.js';
import { SignInClock } from './guard/sign-in-clock.js';
import { LOGTO_EXTRAS, LOGTO_OPTIONS, MODULE_OPTIONS_TOKEN } from './logto.module-definition.js';
import { resolveLogtoOptions } from './options/resolve-logto-options.js';
import type { ResolvedClientOptions, ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { LogtoService } from './logto.service.js';
import { OperatorLog } from './operator-log.js';
import { CircuitBreaker } from './oidc/circuit-breaker.js';
import { OptionsScope } from './bootstrap/options-scope.js';
import { OidcClient } from './oidc/oidc-client.js';
import { ProviderFetch } from './oidc/provider-fetch.js';
import { TokenExchange } from './oidc/token-exchange.js';
import { TokenVerifier } from './oidc/token-verifier.js';
import { Navigation } from './routes/navigation.js';
import { LogoutForms } from './routes/logout-forms.js';
import { RoutesOptions } from './routes/routes-options.js';
import { WaitingTabs } from './routes/waiting-tabs.js';
import { ConcurrentSignIns } from './sign-in/concurrent-sign-ins.js';
import { FinishedSignInCookie } from './sign-in/finished-sign-in-cookie.js';
import { BasePath } from './session/base-path.js';
import { Handshakes } from './session/handshakes.js';
import { KeptSession } from './sign-in/kept-session.js';
import { MachineTokens } from './tokens/machine-tokens.js';
import { Revalidation } from './tokens/revalidation.js';
import { SessionMount } from './session/session-mount.js';
import { Sessions } from './session/sessions.js';
import { StartReport } from './bootstrap/start-report.js';
import { BackChannelLogout } from './sign-in/back-channel/back-channel-logout.js';
import { SignInCallback } from './sign-in/sign-in-callback.js';
import { SignInCookies } from './sign-in/sign-in-cookies.js';
import { SignInState } from './sign-in/sign-in-state.js';
import { SignInIndex } from './store/sign-in-index.js';
import { SignInWatch } from './user/signed-out/sign-in-watch.js';
import { SignIn } from './sign-in/sign-in.js';
import { SignOut } from './sign-in/sign-out.js';
import { TokenRecords } from './store/token-records.js';
import { TokenRefresh } from './tokens/token-refresh.js';
import { Tokens } from './tokens/tokens.js';
import { Touches } from './store/touches.js';
import { UserInfo } from './tokens/user-info.js';
import { HandlerContext } from './user/handler-context.js';
import { RequestSource } from './user/request-source.js';
import { SignedOut } from './user/signed-out/signed-out.js';
import { RoutePlans } from './user/route-plan.js';
import { Unauthenticated } from './user/unauthenticated.js';
import { UserContextResolver } from './user/user-context-resolver.js';

/** What a module that only takes bearer tokens signs in with: nothing, `Sessions.require` refuses first. */
const noClient: ResolvedClientOptions = {
  // Sent nowhere, but openid-client takes no empty one.
  appId: '-',
  appSecret: undefined,
  baseUrl: 'http://localhost',
  cookieSecrets: ['-'],
};

const clientOf = (options: ResolvedLogtoOptions): ResolvedClientOptions => options.client ?? noClient;

/** A provider that makes its class from the providers of other classes. */
function made<A extends unknown[], T>(type: new (...parts: A) => T, ...parts: unknown[]): Provider {
  return {
    provide: type,
    inject: parts as Type[],
    useFactory: (...instances: unknown[]) => new type(...(instances as A)),
  };
}

/** A provider that makes its class from the application at Logto. */
function ofClient<T>(type: new (client: ResolvedClientOptions) => T): Provider {
  return {
    provide: type,
    inject: [LOGTO_OPTIONS],
    useFactory: (options: ResolvedLogtoOptions) => new type(clientOf(options)),
  };
}

/** Whether a session that is loaded is touched with its token record: not an app's own, nor without a touch. */
function touchesAsItLoads({ session }: ResolvedLogtoOptions): boolean {
  return session !== undefined && (session.store === undefined || session.store.touch !== undefined);
}

/** Everything the module is made of. */
export const logtoProviders: Provider[] = [
  { provide: LOGTO_OPTIONS, inject: [MODULE_OPTIONS_TOKEN, LOGTO_EXTRAS], useFactory: resolveLogtoOptions },
  {
    provide: OidcClient,
    inject: [LOGTO_OPTIONS, ProviderFetch, CircuitBreaker],
    useFactory: (options: ResolvedLogtoOptions, ...shared: [ProviderFetch, CircuitBreaker]) =>
      new OidcClient(options, options.credentials ?? noClient, ...shared),
  },
  ofClient(SignInCookies),
  {
    provide: RoutesOptions,
    inject: [LOGTO_OPTIONS],
    useFactory: (options: ResolvedLogtoOptions) =>
      new RoutesOptions(
        clientOf(options).baseUrl,
        options.authRoutesPrefix,
        options.client !== undefined,
        options.signInOptions.maxAge,
      ),
  },
  made(OperatorLog),
  made(ProviderFetch, LOGTO_OPTIONS),
  made(CircuitBreaker, OperatorLog),
  made(Touches),
  made(SessionMount, LOGTO_OPTIONS, Touches),
  made(Sessions, LOGTO_OPTIONS, TokenRecords),
  made(Handshakes, SessionMount),
  made(RequestSource, Handshakes),
  made(TokenVerifier, LOGTO_OPTIONS, OidcClient),
  {
    provide: SignInIndex,
    inject: [Sessions],
    useFactory: ({ index }: Sessions) => index,
  },
  made(TokenRecords, LOGTO_OPTIONS, Touches),
  made(TokenRefresh, LOGTO_OPTIONS, OidcClient, Sessions, TokenRecords, OperatorLog),
  made(Tokens, LOGTO_OPTIONS, Sessions, TokenRecords, TokenRefresh, CircuitBreaker),
  made(UserInfo, LOGTO_OPTIONS, OidcClient, Tokens, TokenRefresh, TokenRecords),
  made(Revalidation, LOGTO_OPTIONS, TokenRefresh, CircuitBreaker, OperatorLog),
  made(SignInWatch, LOGTO_OPTIONS, Sessions, Revalidation),
  made(SignedOut, RequestSource, UserContextResolver, Sessions, SignInWatch),
  made(MachineTokens, LOGTO_OPTIONS, ProviderFetch, CircuitBreaker),
  made(TokenExchange, LOGTO_OPTIONS, OidcClient, ProviderFetch, CircuitBreaker),
  ofClient(SignInState),
  ofClient(FinishedSignInCookie),
  {
    provide: KeptSession,
    inject: [LOGTO_OPTIONS, Sessions, FinishedSignInCookie, OperatorLog],
    useFactory: (options: ResolvedLogtoOptions, ...parts: [Sessions, FinishedSignInCookie, OperatorLog]) =>
      new KeptSession(options, clientOf(options), ...parts),
  },
  {
    provide: SignIn,
    inject: [LOGTO_OPTIONS, OidcClient, SignInCookies, SignInState, Sessions, KeptSession, OperatorLog],
    useFactory: (
      options: ResolvedLogtoOptions,
      ...parts: [OidcClient, SignInCookies, SignInState, Sessions, KeptSession, OperatorLog]
    ) => new SignIn(options, clientOf(options), ...parts),
  },
  {
    provide: SignInCallback,
    inject: [
      LOGTO_OPTIONS,
      OidcClient,
      SignInCookies,
      SignInState,
      Sessions,
      TokenRecords,
      SignInIndex,
      KeptSession,
      OperatorLog,
    ],
    useFactory: (
      options: ResolvedLogtoOptions,
      ...parts: [
        OidcClient,
        SignInCookies,
        SignInState,
        Sessions,
        TokenRecords,
        SignInIndex,
        KeptSession,
        OperatorLog,
      ]
    ) => new SignInCallback(options, clientOf(options), ...parts),
  },
  made(SignOut, LOGTO_OPTIONS, OidcClient, Sessions, TokenRecords, SignInIndex, KeptSession, OperatorLog),
  {
    provide: BackChannelLogout,
    inject: [LOGTO_OPTIONS, TokenVerifier, Sessions, SignInIndex, OperatorLog],
    useFactory: (
      options: ResolvedLogtoOptions,
      ...parts: [TokenVerifier, Sessions, SignInIndex, OperatorLog]
    ) => new BackChannelLogout(clientOf(options), options, ...parts),
  },
  made(Navigation, RoutesOptions, OperatorLog),
  made(ConcurrentSignIns, LOGTO_OPTIONS, SignInCookies, Sessions),
  made(WaitingTabs, ConcurrentSignIns, RoutesOptions),
  made(LogoutForms, RoutesOptions, BackChannelLogout, OperatorLog, BasePath),
  {
    provide: UserContextResolver,
    inject: [LOGTO_OPTIONS, Sessions, Revalidation, Tokens, UserInfo, TokenRecords],
    useFactory: (
      options: ResolvedLogtoOptions,
      ...parts: [Sessions, Revalidation, Tokens, UserInfo, TokenRecords]
    ) => new UserContextResolver(...parts, !touchesAsItLoads(options)),
  },
  made(RoutePlans, LOGTO_OPTIONS),
  made(BasePath, LOGTO_OPTIONS, ApplicationConfig),
  made(Unauthenticated, LOGTO_OPTIONS, BasePath),
  made(HandlerContext, RequestSource, UserContextResolver, RoutePlans, Unauthenticated),
  made(CrossSite, LOGTO_OPTIONS, OperatorLog),
  made(Refusal, Unauthenticated, OperatorLog),
  made(SignInClock, ProviderFetch, OperatorLog),
  made(AccessPlans, RoutePlans),
  made(RequirementCheck, LOGTO_OPTIONS),
  made(DecidingScopes, LOGTO_OPTIONS, Tokens, CircuitBreaker),
  made(DecidingUserInfo, LOGTO_OPTIONS, Sessions, UserContextResolver, CircuitBreaker),
  made(BearerTokens, LOGTO_OPTIONS, TokenVerifier, OidcClient),
  made(BearerAuthentication, LOGTO_OPTIONS, BearerTokens),
  made(
    AccessDecision,
    LOGTO_OPTIONS,
    RequestSource,
    UserContextResolver,
    AccessPlans,
    Sessions,
    DecidingScopes,
    DecidingUserInfo,
    BearerAuthentication,
    RequirementCheck,
    CrossSite,
    Refusal,
    SignInClock,
  ),
  OptionsScope,
  RequirementReport,
  FreshClaimsGuard,
  StartReport,
  LogtoService,
  LogtoGuard,
  LogtoApiGuard,
  LogtoExceptionFilter,
];

/**
 * What other modules can inject; guards and interceptors are built where they are used, from `AccessDecision` and
 * `HandlerContext`.
 */
export const logtoExports = [
  LogtoService,
  LogtoGuard,
  LogtoApiGuard,
  AccessDecision,
  HandlerContext,
  OperatorLog,
  LOGTO_OPTIONS,
];
