import { Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type Configuration,
} from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import { type ResolvedCredentials, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { applicationConfiguration, clientAuthentication } from './application-configuration.js';
import { CircuitBreaker } from './calls/circuit-breaker.js';
import { toLogtoException } from './errors/to-logto-exception.js';
import { ProviderFetch } from './provider-fetch.js';

/** The cooldown between two fetches for unverified tokens, in milliseconds. */
const cooldown = 10_000;

/** How long the discovery document is cached, in milliseconds. */
const maxAge = 24 * 60 * 60 * 1000;

/** openid-client requires a client ID. An app that only verifies bearer tokens never sends it. */
const bearerOnly: ResolvedCredentials = { appId: 'api', appSecret: undefined };

/**
 * Logto's configuration from its discovery document. It is fetched at first use and cached for a day. Concurrent calls
 * share one request, and failures are not cached.
 */
@Injectable()
export class ProviderConfiguration {
  private current: Configuration | undefined;
  private fetchedAt = 0;
  private fetching: Promise<Configuration> | undefined;
  /** When each document was requested, by `performance.now()`. */
  private readonly requestedAt = new WeakMap<Configuration, number>();
  /** The last fetch for an unverified token. */
  private untrustedFetch: { readonly at: number; readonly outcome: Promise<Configuration> } | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly providerFetch: ProviderFetch,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * The cached configuration, or a new one, of the application that signs users in.
   * @throws LogtoException `provider_unavailable`, `provider_timeout` or `provider_misconfigured`, transient
   */
  async get(): Promise<Configuration> {
    const { current } = this;
    if (!current) return this.fetch();
    if (Date.now() - this.fetchedAt < maxAge) return current;
    return this.breaker.renew('discovery', current, () => this.fetch());
  }

  /**
   * The configuration of any application, for requests whose response has no ID token.
   * @throws as {@link get}
   */
  async of(application: ResolvedCredentials): Promise<Configuration> {
    const configuration = await this.get();
    if (application === this.options.credentials) return configuration;
    const metadata = configuration.serverMetadata();
    return applicationConfiguration(metadata, application, this.options, this.providerFetch.fetch);
  }

  /** Fetches the configuration. Concurrent calls share one request. @throws as {@link get} */
  fetch(): Promise<Configuration> {
    this.fetching ??= this.breaker
      .run('discovery', () => this.discover())
      .then((configuration) => {
        this.current = configuration;
        this.fetchedAt = Date.now();
        return configuration;
      })
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  /**
   * A newer configuration, for a token from Logto whose key or algorithm `outdated` does not have: administrators may
   * rotate keys at any time.
   * @param receivedAt when the token was received, by `performance.now()`
   * @returns `undefined` if `outdated` was requested after that
   */
  async newerThan(outdated: Configuration, receivedAt: number): Promise<Configuration | undefined> {
    if ((this.requestedAt.get(outdated) ?? 0) >= receivedAt) return undefined;
    const current = await this.get();
    return current === outdated ? this.fetch() : current;
  }

  /**
   * The same for an unverified token, which anybody can make up. After a fetch that did not help there is a cooldown of
   * ten seconds, so that a flood of forged tokens does not become a flood of requests.
   * @returns `undefined` during the cooldown
   * @throws as {@link get}, or as the last fetch did
   */
  async newerForUntrustedToken(outdated: Configuration): Promise<Configuration | undefined> {
    const current = await this.get();
    if (current !== outdated) return current;
    if (this.fetching) return this.fetching;
    if (this.untrustedFetch && Date.now() - this.untrustedFetch.at < cooldown) {
      await this.untrustedFetch.outcome;
      return undefined;
    }
    const outcome = this.fetch();
    this.untrustedFetch = { at: Date.now(), outcome };
    return outcome;
  }

  /** Ends the cooldown: the last fetch for an unverified token has found its key. */
  resetCooldown(): void {
    this.untrustedFetch = undefined;
  }

  private async discover(): Promise<Configuration> {
    const { issuer, http, insecureRequests, credentials = bearerOnly } = this.options;
    const requestedAt = performance.now();
    try {
      const configuration = await discovery(
        new URL(issuer),
        credentials.appId,
        { [clockTolerance]: http.clockTolerance },
        clientAuthentication(credentials),
        {
          timeout: http.timeout / 1000,
          [customFetch]: this.providerFetch.fetch,
          execute: [enableNonRepudiationChecks, ...(insecureRequests ? [allowInsecureRequests] : [])],
        },
      );
      this.requestedAt.set(configuration, requestedAt);
      return configuration;
    } catch (error) {
      const failure = toLogtoException(error, 'discovery');
      // The URL is only for the operator's log, not for visitors.
      const cause = new Error(
        `${issuer}/.well-known/openid-configuration could not be read. Check \`endpoint\`.`,
        { cause: failure.cause },
      );
      const { code, message, transient, needsOperator } = failure;
      throw new LogtoException(code, message, {
        status: failure.getStatus(),
        transient,
        needsOperator,
        cause,
      });
    }
  }
}
