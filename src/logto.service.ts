import type { IncomingMessage } from 'node:http';
import { Injectable, Optional } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import { decodeJwt } from 'jose';
import { LogtoException } from './logto.exceptions.js';
import type { AccessTokenClaims, IdTokenClaims, UserInfoResponse } from './oidc/claims.js';
import type { TokenTarget } from './oidc/oidc-client.js';
import { TokenExchange, type ExchangedToken, type TokenExchangeParameters } from './oidc/token-exchange.js';
import { BackChannelLogout } from './sign-in/back-channel/back-channel-logout.js';
import { bearerTokensOnly } from './session/sign-in-client.js';
import { Handshakes } from './session/handshakes.js';
import { MachineTokens, type ClientCredentialsParameters } from './tokens/machine-tokens.js';
import { SignInCallback } from './sign-in/sign-in-callback.js';
import { SignIn, type SignInParameters } from './sign-in/sign-in.js';
import { RedirectLoopDetector } from './sign-in/redirect-loop-detector.js';
import { SignOut, type SignOutParameters } from './sign-in/sign-out.js';
import { Revalidation } from './tokens/revalidation.js';
import { Tokens } from './tokens/tokens.js';
import type { LogtoContext } from './user/logto-context.js';
import type { GetContextParameters } from './options/get-context-parameters.js';
import { SignedOutSignals } from './user/signed-out/signed-out-signals.js';
import { UserContextResolver } from './user/user-context-resolver.js';

/**
 * Everything the routes, guards and decorators do, for code that does it itself. Every method takes the Express
 * request and throws a {@link LogtoException}; none writes a response, beyond the cookies it needs.
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
    private readonly signedOuts: SignedOutSignals,
    // Not there in an app that only takes bearer tokens.
    @Optional() private readonly signIns?: SignIn,
    @Optional() private readonly callbacks?: SignInCallback,
    @Optional() private readonly signOuts?: SignOut,
    @Optional() private readonly redirectLoops?: RedirectLoopDetector,
    @Optional() private readonly backChannelLogouts?: BackChannelLogout,
  ) {}

  /**
   * The user context of the request, with claims that are not older than `revalidateAfter`, or as they are known while
   * Logto is away. An anonymous request is not an error: `isAuthenticated` is `false`.
   * @param asked what it should hold beyond the claims
   * @throws LogtoUnauthenticatedException when Logto has ended the sign-in while something was asked for
   * @throws LogtoException `missing_scope_organizations`, Logto's own refusal, or a transient one
   */
  async getContext(request: Request, asked: GetContextParameters = {}): Promise<LogtoContext> {
    return this.resolver.resolveFresh(request, asked);
  }

  /** Whether somebody is signed in. */
  async isAuthenticated(request: Request): Promise<boolean> {
    return (await this.getContext(request)).isAuthenticated;
  }

  /** The claims of the signed-in user. @throws LogtoUnauthenticatedException when nobody is signed in */
  async getIdTokenClaims(request: Request): Promise<IdTokenClaims> {
    const { claims } = await this.getContext(request);
    const signedIn = this.tokens.requireSignedIn(request);
    return claims ?? signedIn.claims;
  }

  /** The ID token as Logto gave it last. @throws LogtoUnauthenticatedException when nobody is signed in */
  getIdToken(request: Request): Promise<string | undefined> {
    return this.tokens.idToken(request);
  }

  /** The refresh token. @throws LogtoUnauthenticatedException when nobody is signed in */
  getRefreshToken(request: Request): Promise<string | undefined> {
    return this.tokens.refreshToken(request);
  }

  /**
   * An access token that is good for a while yet, by refresh grant when none is kept.
   * @param target the resource, organization or both; default: the token for userinfo
   * @throws LogtoUnauthenticatedException when nobody is signed in or Logto has ended the sign-in
   * @throws LogtoException `invalid_target` for a resource that was not asked for at sign-in, `access_denied` for
   * an organization the user is not in, `missing_scope_organizations`, `missing_refresh_token`, or a transient one
   */
  async getAccessToken(request: Request, target: TokenTarget = {}): Promise<string> {
    return (await this.tokens.accessToken(request, target)).token;
  }

  /**
   * The claims of that access token, which is a JWT when it is for a resource or an organization.
   * @throws LogtoException `access_token_opaque` when it is for neither, else as {@link getAccessToken}
   */
  async getAccessTokenClaims(request: Request, target: TokenTarget = {}): Promise<AccessTokenClaims> {
    return claimsOf(await this.getAccessToken(request, target));
  }

  /**
   * The token of an organization: its audience is `urn:logto:organization:<id>`, its scopes the user's
   * permissions there.
   * @throws LogtoException as {@link getAccessToken}
   */
  getOrganizationToken(request: Request, organizationId: string): Promise<string> {
    return this.getAccessToken(request, { organizationId });
  }

  /** The claims of an organization token. */
  getOrganizationTokenClaims(request: Request, organizationId: string): Promise<AccessTokenClaims> {
    return this.getAccessTokenClaims(request, { organizationId });
  }

  /**
   * What the userinfo endpoint says of the user (OpenID Connect Core 5.3); asked once a request, kept for
   * `userInfoTtl`.
   * @throws LogtoUnauthenticatedException when nobody is signed in or Logto has ended the sign-in
   * @throws LogtoException `user_info_invalid` when the answer is another user's, or a transient one
   */
  fetchUserInfo(request: Request): Promise<UserInfoResponse> {
    return this.resolver.fetchUserInfo(request);
  }

  /**
   * Refreshes the claims now, and lets every token be had anew: for example after the user's roles were changed.
   * @throws LogtoUnauthenticatedException when nobody is signed in or Logto has ended the sign-in
   */
  refresh(request: Request): Promise<void> {
    return this.tokens.refresh(request);
  }

  /**
   * An access token of the app itself, by client credentials (RFC 6749 section 4.4): kept until shortly before
   * it expires, and asked for once however many want it. Needs `machineToMachine` in the options.
   *
   * ```ts
   * await logto.getClientCredentialsToken({ resource: 'https://api.example.com', scope: 'read:things' });
   * ```
   * @param parameters the resource or the organization, and the scopes: Logto gives only those asked for
   * @throws LogtoException `machine_to_machine_not_configured`, `invalid_target` without a resource or an
   * organization, `access_denied` for an organization that the application is not in, or a transient one
   */
  getClientCredentialsToken(parameters: ClientCredentialsParameters): Promise<string> {
    return this.machineTokens.token(parameters);
  }

  /**
   * Exchanges a subject token, which a backend got from Logto's Management API, for an access token by which the
   * app acts as that user (impersonation, RFC 8693). The application has to be allowed to, in Logto Console.
   *
   * ```ts
   * const { accessToken } = await logto.exchangeToken({ subjectToken, resource: 'https://api.example.com' });
   * ```
   * @throws LogtoException `application_not_configured`, `invalid_grant` for a subject token that is unknown,
   * expired or used, another refusal of Logto's, or a transient one
   */
  exchangeToken(parameters: TokenExchangeParameters): Promise<ExchangedToken> {
    return this.exchanges.exchange(parameters);
  }

  /** Forgets the access tokens; the next use asks for new ones. */
  clearAccessToken(request: Request): Promise<void> {
    return this.tokens.clearAccessTokens(request);
  }

  /** Forgets all tokens: the user is no longer signed in, the app's own session data stays. */
  async clearAllTokens(request: Request): Promise<void> {
    await this.tokens.clearAll(request);
    this.redirectLoops?.reset(request);
  }

  /**
   * Starts a sign-in: remembers it in a sealed cookie of the response.
   * @returns where to send the browser
   * @throws LogtoException `session_not_configured`, or a transient one when Logto is away
   */
  async signIn(request: Request, parameters: SignInParameters = {}): Promise<URL> {
    this.revalidation.skip(request);
    return constructed(this.signIns).start(request, parameters);
  }

  /**
   * Finishes a sign-in: exchanges the code of the request's query, and puts the user into a new session.
   * @returns where the person wanted to go
   * @throws LogtoException `sign_in_session.not_found`, `sign_in_session.invalid`, `callback_invalid`,
   * `id_token_invalid`, Logto's own refusal, or a transient one
   */
  async handleSignInCallback(request: Request): Promise<{ returnTo: string }> {
    return constructed(this.callbacks).finish(request);
  }

  /**
   * Ends the sessions that the logout token in the request's form names (OpenID Connect Back-Channel Logout 1.0).
   * Answer 200 when it returns. It reads the form itself, whether or not a body parser has read it before.
   * @throws LogtoException `logout_token_invalid`, 400; `session_store_unavailable`, 503; or a transient one
   */
  async handleBackChannelLogout(request: Request): Promise<void> {
    await constructed(this.backChannelLogouts).receive(request);
  }

  /**
   * Tells which handshake a socket came with, where the transport hides it: call it in `handleConnection` of a
   * `ws` gateway. socket.io's clients carry theirs.
   * @param client what the gateway's handlers get as their client
   * @param request the handshake's request
   * @param session the app's own session middleware, where the app mounts its session itself
   */
  bindHandshake(client: object, request: IncomingMessage, session?: RequestHandler): void {
    this.handshakes.bind(client, request, session);
  }

  /**
   * A signal that fires when the sign-in of a request ends, for what stays open: a guard looks at a request once.
   * At once when it ends on this instance (a sign-out, a back-channel logout, a new sign-in of the browser, `lifetime`,
   * Logto's refusal to refresh), within ten seconds when it ends on another. For a bearer token, when it expires. For
   * an anonymous request, never.
   *
   * ```ts
   * @Sse('events')
   * @UseGuards(LogtoGuard)
   * events(@Req() request: Request) {
   *   return this.changes.pipe(takeUntil(fromEvent(this.logto.signedOut(request), 'abort')));
   * }
   * ```
   * @param request the Express request; the client in a gateway; the context in a GraphQL subscription
   * @throws LogtoException `context_not_supported`, `session_not_configured` or `session_store_unavailable`
   */
  signedOut(request: object): AbortSignal {
    return this.signedOuts.create(request);
  }

  /**
   * Signs out: ends the session and its tokens.
   * @returns where to send the browser: the end session endpoint, or `postSignOutRedirectUri` when Logto is away
   */
  async signOut(request: Request, parameters: SignOutParameters = {}): Promise<URL> {
    return constructed(this.signOuts).start(request, parameters);
  }
}

/** @throws LogtoException `session_not_configured` */
function constructed<T>(part: T | undefined): T {
  if (part) return part;
  throw bearerTokensOnly();
}

function claimsOf(accessToken: string): AccessTokenClaims {
  try {
    return decodeJwt<AccessTokenClaims>(accessToken);
  } catch {
    throw new LogtoException(
      'access_token_opaque',
      'This access token has no claims to read: it is opaque. Name a `resource` or an `organizationId`.',
    );
  }
}
