import type { IncomingMessage } from 'node:http';
import { Injectable, Optional } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import { Diagnosis } from './diagnosis/diagnosis.js';
import type { LogtoDiagnosis } from './diagnosis/logto-diagnosis.js';
import { DownstreamFetch, type LogtoFetchInit } from './downstream/downstream-fetch.js';
import type { AccessTokenClaims, IdTokenClaims, UserInfoResponse } from './oidc/claims.js';
import type { TokenTarget } from './oidc/token-target.js';
import { TokenExchange, type ExchangedToken, type TokenExchangeParameters } from './oidc/token-exchange.js';
import { requireConfigured } from './session/sign-in-client.js';
import { Handshakes } from './session/handshakes.js';
import { accessTokenClaims } from './tokens/access-token-claims.js';
import { MachineTokens, type ClientCredentialsParameters } from './tokens/machine-tokens.js';
import { SignInFlows } from './sign-in/sign-in-flows.js';
import type { SignInParameters } from './sign-in/sign-in.js';
import type { SignOutParameters } from './sign-in/sign-out.js';
import { Revalidation } from './tokens/revalidation.js';
import { Tokens } from './tokens/tokens.js';
import type { LogtoContext } from './user/logto-context.js';
import type { GetContextParameters } from './options/get-context-parameters.js';
import { SignedOutSignals } from './user/signed-out/signed-out-signals.js';
import { UserContextResolver } from './user/user-context-resolver.js';

/**
 * Signs users in and out and gets their claims and tokens, for use in your own code. The methods set cookies, but send no
 * response. They throw a `LogtoException`, which is transient while Logto is unavailable. Those that need a signed-in user
 * throw a `LogtoUnauthenticatedException` if the request is anonymous, or if Logto has ended the sign-in.
 */
@Injectable()
export class LogtoService {
  constructor(
    private readonly resolver: UserContextResolver,
    private readonly revalidation: Revalidation,
    private readonly tokens: Tokens,
    private readonly handshakes: Handshakes,
    private readonly machineTokens: MachineTokens,
    private readonly exchanges: TokenExchange,
    private readonly downstream: DownstreamFetch,
    private readonly signedOuts: SignedOutSignals,
    private readonly diagnosis: Diagnosis,
    // Undefined in an app that only accepts bearer tokens.
    @Optional() private readonly flows?: SignInFlows,
  ) {}

  /** The user context. Refreshes claims that are older than `revalidateAfter`. @throws `missing_scope_organizations` */
  async getContext(request: Request, parameters: GetContextParameters = {}): Promise<LogtoContext> {
    return this.resolver.resolveFresh(request, parameters);
  }

  /** Whether the user is signed in. */
  async isAuthenticated(request: Request): Promise<boolean> {
    return (await this.getContext(request)).isAuthenticated;
  }

  /** The claims of the signed-in user. */
  async getIdTokenClaims(request: Request): Promise<IdTokenClaims> {
    const { claims } = await this.getContext(request);
    const signedIn = this.tokens.requireSignedIn(request);
    return claims ?? signedIn.claims;
  }

  /** The latest ID token. `undefined` if the session store has lost the tokens. */
  getIdToken(request: Request): Promise<string | undefined> {
    return this.tokens.idToken(request);
  }

  /** The refresh token. `undefined` if Logto has issued none, or if the session store has lost the tokens. */
  getRefreshToken(request: Request): Promise<string | undefined> {
    return this.tokens.refreshToken(request);
  }

  /**
   * An access token that is not about to expire: a cached one, or a new one by the refresh grant. Default target: userinfo.
   * @throws LogtoException `invalid_target` for a resource that is not in `resources`, `access_denied` for an organization
   * that the user is not a member of, `missing_scope_organizations` or `missing_refresh_token`
   */
  async getAccessToken(request: Request, target: TokenTarget = {}): Promise<string> {
    return (await this.tokens.accessToken(request, target)).token;
  }

  /** The claims of an access token. @throws `access_token_opaque` without a resource or an organization */
  async getAccessTokenClaims(request: Request, target: TokenTarget = {}): Promise<AccessTokenClaims> {
    return accessTokenClaims(await this.getAccessToken(request, target));
  }

  /** A token with the user's permissions in an organization. Its audience is `urn:logto:organization:<id>`. */
  getOrganizationToken(request: Request, organizationId: string): Promise<string> {
    return this.getAccessToken(request, { organizationId });
  }

  /** The claims of an organization token. */
  getOrganizationTokenClaims(request: Request, organizationId: string): Promise<AccessTokenClaims> {
    return this.getAccessTokenClaims(request, { organizationId });
  }

  /** The userinfo (OpenID Connect Core 5.3), cached for `userInfoTtl`. @throws `user_info_invalid` if it is another user's */
  fetchUserInfo(request: Request): Promise<UserInfoResponse> {
    return this.resolver.fetchUserInfo(request);
  }

  /** Refreshes the claims and drops cached access tokens, for example after you have changed the user's roles. */
  refresh(request: Request): Promise<void> {
    return this.tokens.refresh(request);
  }

  /**
   * A cached access token of the app itself, by client credentials (RFC 6749 section 4.4). Needs `machineToMachine`.
   * @throws LogtoException `machine_to_machine_not_configured`, `invalid_target` without resource and organization, or
   * `access_denied` for an organization that the application does not belong to
   */
  getClientCredentialsToken(parameters: ClientCredentialsParameters): Promise<string> {
    return this.machineTokens.token(parameters);
  }

  /**
   * A `fetch` with an access token of the user, or of the app itself with `as: 'machine'` (`request` may then be `undefined`).
   * After a 401 it retries once with a new token, unless the body is a stream. The token only goes to the origin of `resource`
   * and those in `downstream`. `http.timeout` applies unless you pass a `signal`.
   * @throws LogtoException `downstream_not_allowed`, `invalid_options` without `resource`, or as for the access token
   */
  fetch(request: Request | undefined, url: string | URL, init: LogtoFetchInit): Promise<Response> {
    return this.downstream.fetch(request, url, init);
  }

  /**
   * Impersonation (RFC 8693): exchanges a subject token of Logto's Management API for an access token with which the app
   * acts as that user. Allow token exchange for the application in Logto Console.
   * @throws LogtoException `application_not_configured`, or `invalid_grant` for an unknown, expired or used subject token
   */
  exchangeToken(parameters: TokenExchangeParameters): Promise<ExchangedToken> {
    return this.exchanges.exchange(parameters);
  }

  /** Drops the cached access tokens, so that the next use requests new ones. */
  clearAccessToken(request: Request): Promise<void> {
    return this.tokens.clearAccessTokens(request);
  }

  /** Drops all tokens. The user is no longer signed in, but your own session data stays. */
  async clearAllTokens(request: Request): Promise<void> {
    await this.tokens.clearAll(request);
    this.flows?.redirectLoops.reset(request);
  }

  /**
   * Starts a sign-in, and sets its encrypted cookie. @returns where to redirect the browser
   * @throws LogtoException `invalid_options`, `session_not_kept`, or a `session_…` code if the request has no usable session
   */
  async signIn(request: Request, parameters: SignInParameters = {}): Promise<URL> {
    this.revalidation.skip(request);
    return requireConfigured(this.flows).signIn.start(request, parameters);
  }

  /**
   * Finishes a sign-in: exchanges the code, and stores the user in a new session. @returns where to redirect the browser
   * @throws LogtoException `sign_in_session.not_found`, `sign_in_session.invalid`, `callback_invalid`, `id_token_invalid`,
   * `insufficient_authentication`, or the refusal of an `@OnSignIn()` hook or the user resolver
   */
  async handleSignInCallback(request: Request): Promise<{ returnTo: string }> {
    return requireConfigured(this.flows).callback.finish(request);
  }

  /**
   * Ends the sessions that the logout token of a request names (OpenID Connect Back-Channel Logout 1.0). Respond with 200.
   * @throws LogtoException `logout_token_invalid`, 400; `session_store_unavailable`, 503
   */
  async handleBackChannelLogout(request: Request): Promise<void> {
    await requireConfigured(this.flows).backChannelLogout.receive(request);
  }

  /**
   * Assigns the handshake request to a `ws` client. Call it in `handleConnection`; socket.io does not need it.
   * @param session your session middleware, if you mount the session yourself
   */
  bindHandshake(client: object, request: IncomingMessage, session?: RequestHandler): void {
    this.handshakes.bind(client, request, session);
  }

  /**
   * A signal that fires when the user of a request, a gateway's client or the context of a GraphQL subscription is signed out:
   * at once on this instance, within ten seconds on others; for a bearer token at its expiry, for an anonymous request never.
   * @throws LogtoException `context_not_supported` or `session_store_unavailable`
   */
  signedOut(request: object): AbortSignal {
    return this.signedOuts.create(request);
  }

  /**
   * Ends the session and its tokens. @returns where to redirect the browser: to Logto, if it is available
   * @throws LogtoException `invalid_options`, or a `session_…` code if the request has no usable session
   */
  async signOut(request: Request, parameters: SignOutParameters = {}): Promise<URL> {
    return requireConfigured(this.flows).signOut.start(request, parameters);
  }

  /** Checks the setup and asks Logto about it, like `nestjs-logto doctor`. Never rejects, and returns no secrets. */
  diagnose(): Promise<LogtoDiagnosis> {
    return this.diagnosis.run();
  }
}
