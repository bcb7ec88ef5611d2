import {
  allowInsecureRequests,
  ClientSecretBasic,
  clockTolerance,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedCredentials, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { toLogtoException } from './errors/provider-error.js';
import { ProviderFetch } from './provider-fetch.js';

/** Shortest time between two fetches for the sake of tokens that anybody may have made up, in milliseconds. */
const cooldown = 10_000;

/** How long the discovery document is used without looking again, in milliseconds. */
const maxAge = 24 * 60 * 60 * 1000;

/** openid-client asks for a client id. An app that only verifies bearer tokens reads documents, and sends it nowhere. */
const apiOnly: ResolvedCredentials = { appId: 'api', appSecret: undefined };

/**
 * The provider as its discovery document describes it, fetched at first use and then kept. A failure is not
 * kept, so that an app which started before Logto recovers by itself, and concurrent first calls share one
 * request.
 */
export class ProviderConfiguration {
  private current: Configuration | undefined;
  private fetchedAt = 0;
  private fetching: Promise<Configuration> | undefined;
  /** When each document was asked for, as `performance.now()` tells it. */
  private readonly askedAt = new WeakMap<Configuration, number>();
  /** The last fetch for the sake of a token that anybody may have made up. */
  private untrustedFetch: { readonly at: number; readonly outcome: Promise<Configuration> } | undefined;

  constructor(
    private readonly options: Pick<ResolvedLogtoOptions, 'issuer' | 'http' | 'insecureRequests'>,
    private readonly credentials: ResolvedCredentials | undefined,
    private readonly providerFetch: ProviderFetch,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * The configuration.
   * @throws LogtoException `provider_unavailable`, `provider_timeout` or `provider_misconfigured`, transient
   */
  async get(): Promise<Configuration> {
    const { current } = this;
    if (!current) return this.fetch();
    if (Date.now() - this.fetchedAt < maxAge) return current;
    // An old document beats none while Logto is away.
    const fetched = this.breaker.unlessOpen('discovery', () => this.fetch()).catch(() => undefined);
    return (await fetched) ?? current;
  }

  /** The configuration, fetched now. Whoever asks while it is being fetched shares it. @throws as {@link get} */
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
   * The documents that a token needs which Logto has just given, and whose algorithm or key `outdated` does not have:
   * administrators rotate keys and change their kind at any time, and twice in a row.
   * @param givenAt when the token came, as `performance.now()` tells it
   * @returns `undefined` where `outdated` was asked for after the token came, so that there is nothing newer
   */
  async newerThan(outdated: Configuration, givenAt: number): Promise<Configuration | undefined> {
    if ((this.askedAt.get(outdated) ?? 0) >= givenAt) return undefined;
    const current = await this.get();
    return current === outdated ? this.fetch() : current;
  }

  /**
   * The same for a token that anybody may have made up. While a fetch that did not bring what was looked for is
   * younger than ten seconds there is no other: a flood of forged tokens must not become one of requests.
   * @throws as {@link get}, also where that fetch has failed
   */
  async newerForUntrusted(outdated: Configuration): Promise<Configuration | undefined> {
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

  /** The last fetch for a token that anybody may have made up has brought its key: the next need not wait. */
  broughtKey(): void {
    this.untrustedFetch = undefined;
  }

  private async discover(): Promise<Configuration> {
    const { issuer, http, insecureRequests } = this.options;
    const { appId, appSecret } = this.credentials ?? apiOnly;
    const askedAt = performance.now();
    try {
      const configuration = await discovery(
        new URL(issuer),
        appId,
        { [clockTolerance]: http.clockTolerance },
        appSecret === undefined ? None() : ClientSecretBasic(appSecret),
        {
          timeout: http.timeout / 1000,
          [customFetch]: this.providerFetch.fetch,
          execute: [enableNonRepudiationChecks, ...(insecureRequests ? [allowInsecureRequests] : [])],
        },
      );
      this.askedAt.set(configuration, askedAt);
      return configuration;
    } catch (error) {
      const failure = toLogtoException(error, 'discovery');
      // Which address it was is for the operator's log, not for a visitor's page.
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
