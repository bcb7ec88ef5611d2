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
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedCredentials, ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { UserInfoResponse } from './claims.js';
import { isOutdated } from './outdated-documents.js';
import { ProviderConfiguration } from './provider-configuration.js';
import { connectionFailure } from './connection-failure.js';
import { toLogtoException, type ProviderCall } from './provider-error.js';
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

/** Asks the token endpoint, with these parameters besides its own. */
type Grant = (
  configuration: Configuration,
  parameters: Readonly<Record<string, string>>,
) => Promise<TokenSet>;

/** How old an ID token that comes straight from the code exchange may be, in seconds. */
const maxIdTokenAge = 600;

/** Everything this app asks of Logto as one client. Knows no request and no session. */
export class OidcClient {
  /** Where the provider is, and what it can do. */
  readonly configuration: ProviderConfiguration;
  readonly providerFetch: ProviderFetch;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    credentials: ResolvedCredentials,
  ) {
    this.providerFetch = new ProviderFetch(options);
    this.configuration = new ProviderConfiguration(options, credentials, this.providerFetch);
  }

  /** The URL of the authorization request: code flow, PKCE with S256 (RFC 7636). */
  async authorizationUrl(checks: AuthorizationChecks, parameters: URLSearchParams): Promise<URL> {
    const configuration = await this.configuration.get();
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
    const call: ProviderCall = callbackUrl.searchParams.has('error') ? 'authorization' : 'code exchange';
    const expected = {
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      pkceCodeVerifier: checks.codeVerifier,
      idTokenExpected: true,
      ...(checks.maxAge === undefined ? {} : { maxAge: checks.maxAge }),
    };
    const tokens = await this.validated(call, async (configuration, parameters) =>
      toTokenSet(await authorizationCodeGrant(configuration, callbackUrl, expected, parameters)),
    );
    if (
      Math.abs(Date.now() / 1000 - (tokens.claims?.iat ?? 0)) >
      maxIdTokenAge + this.options.http.clockTolerance
    ) {
      throw new LogtoException(
        'id_token_invalid',
        'The ID token was issued at another time. Sign in again.',
        {
          status: 401,
        },
      );
    }
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
    return this.validated(
      'refresh',
      async (configuration, parameters) =>
        toTokenSet(await refreshTokenGrant(configuration, refreshToken, { ...target, ...parameters })),
      { rescue },
    );
  }

  /** Claims of the userinfo endpoint; its `sub` has to be `expectedSubject` (OpenID Connect Core 5.3.2). */
  async userInfo(accessToken: string, expectedSubject: string): Promise<UserInfoResponse> {
    const configuration = await this.configuration.get();
    try {
      return await fetchUserInfo(configuration, accessToken, expectedSubject);
    } catch (error) {
      throw toLogtoException(error, 'userinfo');
    }
  }

  /** Revokes a token (RFC 7009). Revoking a refresh token ends every token of its grant. */
  async revoke(token: string, hint: 'refresh_token' | 'access_token'): Promise<void> {
    const configuration = await this.configuration.get();
    try {
      await tokenRevocation(configuration, token, { token_type_hint: hint });
    } catch (error) {
      throw toLogtoException(error, 'revocation');
    }
  }

  /** The end session URL (OpenID Connect RP-Initiated Logout 1.0). */
  async endSessionUrl(postLogoutRedirectUri: string): Promise<URL> {
    const configuration = await this.configuration.get();
    const { client_id } = configuration.clientMetadata();
    return buildEndSessionUrl(configuration, { client_id, post_logout_redirect_uri: postLogoutRedirectUri });
  }

  /** The client credentials grant (RFC 6749 section 4.4). */
  async clientCredentials(parameters: Record<string, string>): Promise<TokenSet> {
    const configuration = await this.configuration.get();
    try {
      return toTokenSet(await clientCredentialsGrant(configuration, parameters));
    } catch (error) {
      throw toLogtoException(error, 'client credentials');
    }
  }

  /** Token exchange (RFC 8693). */
  async exchangeToken(parameters: Record<string, string>): Promise<TokenSet> {
    const configuration = await this.configuration.get();
    try {
      return toTokenSet(
        await genericGrantRequest(
          configuration,
          'urn:ietf:params:oauth:grant-type:token-exchange',
          parameters,
        ),
      );
    } catch (error) {
      throw toLogtoException(error, 'token exchange');
    }
  }

  /**
   * Runs a grant whose answer carries an ID token. When that token's algorithm or key is not in the cached
   * documents they are fetched anew, and the **same** answer is validated again: what was sent is spent.
   */
  private async validated(
    call: ProviderCall,
    grant: Grant,
    refresh?: { rescue: (rotated: string) => Promise<void> },
  ): Promise<TokenSet> {
    const configuration = await this.configuration.get();
    return this.providerFetch.keepingAnswer(async (kept) => {
      try {
        const attempt = (newest: Configuration): Promise<TokenSet> => grant(newest, kept.parameters);
        return await this.attempts(configuration, attempt, refresh !== undefined);
      } catch (error) {
        const rotated = refresh && this.providerFetch.keptRefreshToken(kept);
        if (rotated !== undefined) await refresh?.rescue(rotated);
        throw toLogtoException(error, call);
      }
    });
  }

  private async attempts(
    configuration: Configuration,
    grant: (configuration: Configuration) => Promise<TokenSet>,
    retryBrokenConnection: boolean,
  ): Promise<TokenSet> {
    try {
      return await grant(configuration);
    } catch (error) {
      if (retryBrokenConnection && connectionFailure(error) === 'connection')
        return this.attempts(configuration, grant, false);
      const newer = isOutdated(error) ? await this.configuration.newerThan(configuration) : undefined;
      if (!newer) throw error;
      return grant(newer);
    }
  }
}
