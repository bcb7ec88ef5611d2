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
import type { ResolvedCredentials, ResolvedLogtoOptions } from '../logto.options-resolved.js';
import { ProviderFetch } from './provider-fetch.js';
import { toLogtoException } from './provider-error.js';

/** Shortest time between two fetches of documents that were only suspected to be outdated, in milliseconds. */
const refreshCooldown = 10_000;

/** How long the discovery document is used without looking again, in milliseconds. */
const maxAge = 24 * 60 * 60 * 1000;

/**
 * The provider as its discovery document describes it, fetched at first use and then kept. A failure is not
 * kept, so that an app which started before Logto recovers by itself, and concurrent first calls share one
 * request.
 */
export class ProviderConfiguration {
  private current: Promise<Configuration> | undefined;
  private fetchedAt = 0;
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private refreshing: Promise<Configuration> | undefined;

  constructor(
    private readonly options: Pick<ResolvedLogtoOptions, 'issuer' | 'http' | 'insecureRequests'>,
    private readonly credentials: ResolvedCredentials,
    private readonly providerFetch: ProviderFetch,
  ) {}

  /**
   * The configuration.
   * @throws LogtoException `provider_unavailable`, `provider_timeout` or `provider_misconfigured`, transient
   */
  get(): Promise<Configuration> {
    if (this.current && Date.now() - this.fetchedAt < maxAge) return this.current;
    const previous = this.current;
    const discovered = this.discover();
    // An old document beats none while Logto is away; a newer one is looked for now and then.
    const usable = previous ? discovered.catch(() => previous) : discovered;
    this.current = usable;
    this.fetchedAt = Date.now();
    discovered.catch(() => {
      if (this.current !== usable) return;
      this.current = previous;
      this.fetchedAt = Date.now() - maxAge + refreshCooldown;
    });
    return usable;
  }

  /**
   * The documents fetched anew, because `outdated` does not know an algorithm or a key. Administrators rotate
   * keys and change their kind at any time. Within the cooldown nothing is fetched.
   * @returns the newer configuration, or `undefined` when there is none
   */
  async newerThan(outdated: Configuration): Promise<Configuration | undefined> {
    const current = await this.get();
    if (current !== outdated) return current;
    if (this.refreshing) return this.refreshing;
    if (Date.now() - this.refreshedAt < refreshCooldown) return undefined;
    this.refreshedAt = Date.now();
    this.refreshing = this.discover().finally(() => (this.refreshing = undefined));
    const fresh = await this.refreshing;
    this.current = Promise.resolve(fresh);
    this.fetchedAt = Date.now();
    return fresh;
  }

  private async discover(): Promise<Configuration> {
    const { issuer, http, insecureRequests } = this.options;
    const { appId, appSecret } = this.credentials;
    try {
      return await discovery(
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
    } catch (error) {
      const failure = toLogtoException(error, 'discovery');
      // Which address it was is for the operator's log, not for a visitor's page.
      const cause = new Error(
        `${issuer}/.well-known/openid-configuration could not be read. Check \`endpoint\`.`,
        {
          cause: failure.cause,
        },
      );
      const { code, message, transient } = failure;
      throw new LogtoException(code, message, { status: failure.getStatus(), transient, cause });
    }
  }
}
