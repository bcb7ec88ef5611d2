import {
  buildAuthorizationUrlWithPAR,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  randomPKCECodeVerifier,
  type Configuration,
  type ServerMetadata,
} from 'openid-client';
import type { ResolvedCredentials, ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { answerIn, answerWithBody, type ProbeAnswer } from './probe-answer.js';
import { applicationConfiguration } from '../../oidc/application-configuration.js';
import type { ProviderFetch } from '../../oidc/provider-fetch.js';

/** The answer to a GET request. */
export interface DocumentAnswer extends ProbeAnswer {
  /** The JSON of the body. `undefined` for other bodies. */
  readonly json?: unknown;
  /** Where a redirect leads to. */
  readonly location?: string | undefined;
}

/**
 * The requests of a diagnosis. They use neither the circuit breaker nor cached metadata: they find out how Logto responds
 * now, and their failures do not count as an outage.
 */
export class ProviderProbe {
  constructor(
    private readonly options: Pick<ResolvedLogtoOptions, 'http' | 'insecureRequests'>,
    private readonly providerFetch: ProviderFetch,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Sends a GET request. Never rejects. */
  async get(url: string | URL): Promise<DocumentAnswer> {
    try {
      const response = await this.fetch(url.toString(), {});
      const json = await jsonOf(response);
      const location = response.headers.get('location') ?? undefined;
      return { ...answerWithBody(response.status, json), json, location };
    } catch (error) {
      return answerIn(error);
    }
  }

  /**
   * Pushes an authorization request (RFC 9126), as a sign-in would send it. Never rejects.
   * @param parameters without PKCE
   */
  async pushAuthorizationRequest(
    metadata: ServerMetadata,
    credentials: ResolvedCredentials,
    parameters: URLSearchParams,
  ): Promise<ProbeAnswer> {
    parameters.set('response_type', 'code');
    parameters.set('code_challenge', await calculatePKCECodeChallenge(randomPKCECodeVerifier()));
    parameters.set('code_challenge_method', 'S256');
    return answered(201, () =>
      buildAuthorizationUrlWithPAR(this.configuration(metadata, credentials), parameters),
    );
  }

  /**
   * Requests a token by client credentials. Never rejects.
   * @returns the answer, and the scopes that were granted
   */
  async clientCredentials(
    metadata: ServerMetadata,
    credentials: ResolvedCredentials,
    parameters: Record<string, string>,
  ): Promise<ProbeAnswer & { readonly scopes: readonly string[] }> {
    let scopes: string[] = [];
    const answer = await answered(200, async () => {
      const { scope } = await clientCredentialsGrant(this.configuration(metadata, credentials), parameters);
      scopes = scope?.split(' ') ?? [];
    });
    return { ...answer, scopes };
  }

  /** Requests the sign-out page for a post sign-out URI. It does not sign the user out. Never rejects. */
  endSession(
    metadata: ServerMetadata,
    credentials: ResolvedCredentials,
    postLogoutRedirectUri: string,
  ): Promise<ProbeAnswer> {
    return this.get(
      buildEndSessionUrl(this.configuration(metadata, credentials), {
        client_id: credentials.appId,
        post_logout_redirect_uri: postLogoutRedirectUri,
      }),
    );
  }

  private configuration(metadata: ServerMetadata, credentials: ResolvedCredentials): Configuration {
    return applicationConfiguration(metadata, credentials, this.options, this.fetch);
  }

  private readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const timeout = init.signal ?? AbortSignal.timeout(this.options.http.timeout);
    const signal = this.signal ? AbortSignal.any([timeout, this.signal]) : timeout;
    return this.providerFetch.fetch(url, { ...init, signal });
  };
}

async function answered(status: number, request: () => Promise<unknown>): Promise<ProbeAnswer> {
  try {
    await request();
    return { status };
  } catch (error) {
    return answerIn(error);
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
