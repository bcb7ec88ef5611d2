import { Injectable } from '@nestjs/common';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
  type Configuration,
} from 'openid-client';
import { CircuitBreaker } from './calls/circuit-breaker.js';
import type { AccessTokenClaims, UserInfoResponse } from './claims.js';
import { IdTokenGrants } from './id-token-grants.js';
import type { ProviderCall } from './calls/provider-call.js';
import { ProviderConfiguration } from './provider-configuration.js';
import { ProviderRequests } from './provider-requests.js';
import { targetParameters, type TokenTarget } from './token-target.js';
import { toTokenSet, type TokenSet } from './token-set.js';

/** What the callback of a sign-in is checked against. */
export interface AuthorizationChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** In seconds. */
  readonly maxAge?: number;
}

/** Makes the requests of the application that signs users in. */
@Injectable()
export class OidcClient {
  constructor(
    private readonly configuration: ProviderConfiguration,
    private readonly grants: IdTokenGrants,
    private readonly requests: ProviderRequests,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * The URL of the authorization request: code flow, PKCE with S256 (RFC 7636).
   * @throws LogtoException `provider_unavailable`, transient, while Logto is known to be unavailable
   */
  async authorizationUrl(checks: AuthorizationChecks, parameters: URLSearchParams): Promise<URL> {
    const configuration = await this.configurationForRedirect();
    parameters.set('response_type', 'code');
    parameters.set('code_challenge', await calculatePKCECodeChallenge(checks.codeVerifier));
    parameters.set('code_challenge_method', 'S256');
    parameters.set('state', checks.state);
    parameters.set('nonce', checks.nonce);
    return buildAuthorizationUrl(configuration, parameters);
  }

  /**
   * The code exchange (OpenID Connect Core 3.1.3). Validates the parameters of the callback and the ID token with its
   * signature.
   * @param callbackUrl the redirect URI with the parameters of the callback
   */
  async exchangeCode(callbackUrl: URL, checks: AuthorizationChecks): Promise<TokenSet> {
    const expected = {
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      pkceCodeVerifier: checks.codeVerifier,
      idTokenExpected: true,
      ...(checks.maxAge === undefined ? {} : { maxAge: checks.maxAge }),
    };
    const exchange = (call: ProviderCall): Promise<TokenSet> =>
      this.grants.run(call, async (configuration, parameters) =>
        toTokenSet(await authorizationCodeGrant(configuration, callbackUrl, expected, parameters)),
      );
    // An error in the callback does not mean that Logto is available, so the circuit breaker ignores it.
    if (callbackUrl.searchParams.has('error')) return exchange('authorization');
    const tokens = await this.breaker.run('code exchange', () => exchange('code exchange'));
    this.grants.assertRecentlyIssued(tokens);
    return tokens;
  }

  /**
   * The refresh grant (OpenID Connect Core 12), for one resource or organization. It is retried once if the connection
   * breaks, because Logto accepts a rotated token for three seconds. It is not retried after a timeout, because a later
   * second use may end the sign-in.
   * @param onRotated called with the new refresh token of a response that fails validation, for example while Logto's keys
   * cannot be fetched. The token that was sent cannot be used again.
   */
  async refresh(
    refreshToken: string,
    target: TokenTarget,
    onRotated: (refreshToken: string) => Promise<void>,
  ): Promise<TokenSet> {
    const requested = targetParameters(target);
    return this.breaker.run('refresh', () =>
      this.grants.run(
        'refresh',
        async (configuration, parameters) =>
          toTokenSet(await refreshTokenGrant(configuration, refreshToken, { ...requested, ...parameters })),
        onRotated,
      ),
    );
  }

  /** The claims of the userinfo endpoint, whose `sub` must be `expectedSubject` (OpenID Connect Core 5.3.2). */
  userInfo(accessToken: string, expectedSubject: string): Promise<UserInfoResponse> {
    return this.requests.run('userinfo', (configuration) =>
      fetchUserInfo(configuration, accessToken, expectedSubject),
    );
  }

  /**
   * Revokes a token (RFC 7009). A refresh token is revoked with all tokens of its grant. While Logto is unavailable, this
   * fails after a second, and the request continues in the background.
   */
  revoke(token: string, hint: 'refresh_token' | 'access_token'): Promise<void> {
    return this.breaker.awaitBriefly(
      'revocation',
      this.requests.run('revocation', (configuration) =>
        tokenRevocation(configuration, token, { token_type_hint: hint }),
      ),
    );
  }

  /**
   * The end session URL (OpenID Connect RP-Initiated Logout 1.0).
   * @throws LogtoException `provider_unavailable`, transient, while Logto is known to be unavailable
   */
  async endSessionUrl(postLogoutRedirectUri: string): Promise<URL> {
    const configuration = await this.configurationForRedirect();
    const { client_id } = configuration.clientMetadata();
    return buildEndSessionUrl(configuration, { client_id, post_logout_redirect_uri: postLogoutRedirectUri });
  }

  /**
   * Introspects an opaque access token (RFC 7662).
   * @returns its claims. `undefined` if it is not active, or not an access token: the response for a refresh token has no
   * `token_type`.
   */
  async introspect(token: string): Promise<AccessTokenClaims | undefined> {
    const answer = await this.requests.run('introspection', (configuration) =>
      tokenIntrospection(configuration, token, { token_type_hint: 'access_token' }),
    );
    const isAccessToken = answer.active && answer.token_type?.toLowerCase() === 'bearer';
    return isAccessToken ? (answer as unknown as AccessTokenClaims) : undefined;
  }

  /** The configuration for a redirect to Logto. Fails while Logto is known to be unavailable. */
  private configurationForRedirect(): Promise<Configuration> {
    if (!this.breaker.isFailing) return this.configuration.get();
    return this.breaker.awaitBriefly('discovery', this.configuration.fetch());
  }
}
