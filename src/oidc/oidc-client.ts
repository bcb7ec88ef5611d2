import { Injectable, Optional } from '@nestjs/common';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  fetchUserInfo,
  genericGrantRequest,
  refreshTokenGrant,
  tokenRevocation,
  type Configuration,
} from 'openid-client';
import { type ResolvedCredentials, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { UserInfoResponse } from './claims.js';
import { IdTokenGrants } from './id-token-grants.js';
import type { ProviderCall } from './errors/provider-call.js';
import { ProviderConfiguration } from './provider-configuration.js';
import { toLogtoException } from './errors/provider-error.js';
import { ProviderFetch } from './provider-fetch.js';
import { toTokenSet, type TokenSet } from './token-set.js';

/** What a sign-in has to prove when it comes back. */
export interface AuthorizationChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Seconds. */
  readonly maxAge: number | undefined;
}

/** What an access token is for. */
export interface TokenTarget {
  /** The indicator of an API resource, one of the options' `resources`. Default: none, the token is for userinfo. */
  readonly resource?: string | undefined;
  /** The id of one of the user's organizations. Default: none. */
  readonly organizationId?: string | undefined;
}

/** Everything this app asks of Logto as one client. Knows no request and no session. */
@Injectable()
export class OidcClient {
  /** Where the provider is, and what it can do. */
  readonly configuration: ProviderConfiguration;
  private readonly grants: IdTokenGrants;

  constructor(
    options: ResolvedLogtoOptions,
    readonly providerFetch: ProviderFetch,
    readonly breaker: CircuitBreaker,
    // Another application than the one that users sign in to; Nest has none to inject.
    @Optional() credentials: ResolvedCredentials | undefined = options.credentials,
  ) {
    this.configuration = new ProviderConfiguration(options, credentials, providerFetch, breaker);
    this.grants = new IdTokenGrants(options, this.configuration, providerFetch);
  }

  /**
   * The URL of the authorization request: code flow, PKCE with S256 (RFC 7636).
   * @throws LogtoException `provider_unavailable`, transient, while Logto is known to be away
   */
  async authorizationUrl(checks: AuthorizationChecks, parameters: URLSearchParams): Promise<URL> {
    const configuration = await this.reachable();
    parameters.set('response_type', 'code');
    parameters.set('code_challenge', await calculatePKCECodeChallenge(checks.codeVerifier));
    parameters.set('code_challenge_method', 'S256');
    parameters.set('state', checks.state);
    parameters.set('nonce', checks.nonce);
    return buildAuthorizationUrl(configuration, parameters);
  }

  /**
   * The code exchange (OpenID Connect Core 3.1.3). Validates the callback's parameters, the ID token and its
   * signature.
   * @param callbackUrl the redirect URI with the parameters that came back
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
    // A refusal that the browser brings says nothing of whether Logto answers.
    if (callbackUrl.searchParams.has('error')) return exchange('authorization');
    const tokens = await this.breaker.run('code exchange', () => exchange('code exchange'));
    this.grants.assertIssuedNow(tokens);
    return tokens;
  }

  /**
   * The refresh grant (OpenID Connect Core 12), for one resource or organization at a time. A connection that
   * broke is tried once more at once: Logto accepts a rotated token for three seconds. A timeout is not, for a
   * late second use may end the grant.
   * @param rescue is told the rotated refresh token when the rest of its answer fails validation, as while
   * Logto's keys cannot be had: the one that was sent is spent
   */
  async refresh(
    refreshToken: string,
    { resource, organizationId }: TokenTarget,
    rescue: (rotated: string) => Promise<void>,
  ): Promise<TokenSet> {
    const target = {
      ...(resource !== undefined && { resource }),
      ...(organizationId !== undefined && { organization_id: organizationId }),
    };
    return this.breaker.run('refresh', () =>
      this.grants.run(
        'refresh',
        async (configuration, parameters) =>
          toTokenSet(await refreshTokenGrant(configuration, refreshToken, { ...target, ...parameters })),
        rescue,
      ),
    );
  }

  /** Claims of the userinfo endpoint; its `sub` has to be `expectedSubject` (OpenID Connect Core 5.3.2). */
  userInfo(accessToken: string, expectedSubject: string): Promise<UserInfoResponse> {
    return this.call('userinfo', (configuration) =>
      fetchUserInfo(configuration, accessToken, expectedSubject),
    );
  }

  /**
   * Revokes a token (RFC 7009). Revoking a refresh token ends every token of its grant. While Logto is away it goes on
   * after a second without its caller.
   */
  revoke(token: string, hint: 'refresh_token' | 'access_token'): Promise<void> {
    return this.breaker.patiently(
      'revocation',
      this.call('revocation', (configuration) =>
        tokenRevocation(configuration, token, { token_type_hint: hint }),
      ),
    );
  }

  /**
   * The end session URL (OpenID Connect RP-Initiated Logout 1.0).
   * @throws LogtoException `provider_unavailable`, transient, while Logto is known to be away
   */
  async endSessionUrl(postLogoutRedirectUri: string): Promise<URL> {
    const configuration = await this.reachable();
    const { client_id } = configuration.clientMetadata();
    return buildEndSessionUrl(configuration, { client_id, post_logout_redirect_uri: postLogoutRedirectUri });
  }

  /** The client credentials grant (RFC 6749 section 4.4). */
  clientCredentials(parameters: Record<string, string>): Promise<TokenSet> {
    return this.call('client credentials', async (configuration) =>
      toTokenSet(await clientCredentialsGrant(configuration, parameters)),
    );
  }

  /** Token exchange (RFC 8693). */
  exchangeToken(parameters: Record<string, string>): Promise<TokenSet> {
    const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
    return this.call('token exchange', async (configuration) =>
      toTokenSet(await genericGrantRequest(configuration, grantType, parameters)),
    );
  }

  /**
   * Asks Logto something whose answer carries no ID token.
   * @throws LogtoException whatever goes wrong
   */
  call<T>(call: ProviderCall, ask: (configuration: Configuration) => Promise<T>): Promise<T> {
    return this.breaker.run(call, async () => {
      const configuration = await this.configuration.get();
      try {
        return await ask(configuration);
      } catch (error) {
        throw toLogtoException(error, call);
      }
    });
  }

  /** The configuration for an address that a browser is sent to: of a Logto that answers, as far as is known. */
  private reachable(): Promise<Configuration> {
    if (!this.breaker.isAway) return this.configuration.get();
    return this.breaker.patiently('discovery', this.configuration.fetch());
  }
}
