import type { Configuration } from 'openid-client';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { connectionFailure } from './errors/connection-failure.js';
import { isOutdated } from './outdated-documents.js';
import type { ProviderCall } from './errors/provider-call.js';
import type { ProviderConfiguration } from './provider-configuration.js';
import { idTokenInvalid, toLogtoException, type ClockCheck } from './errors/provider-error.js';
import type { ProviderFetch } from './provider-fetch.js';
import type { TokenSet } from './token-set.js';

/** Asks the token endpoint, with these parameters besides its own. */
type Grant = (
  configuration: Configuration,
  parameters: Readonly<Record<string, string>>,
) => Promise<TokenSet>;

/** How old an ID token that comes straight from the code exchange may be, in seconds. */
const maxIdTokenAge = 600;

/** Grants whose answer carries an ID token. */
export class IdTokenGrants {
  private readonly times: ClockCheck;

  constructor(
    options: Pick<ResolvedLogtoOptions, 'http'>,
    private readonly configuration: ProviderConfiguration,
    private readonly providerFetch: ProviderFetch,
  ) {
    this.times = { clock: providerFetch.clock, tolerance: options.http.clockTolerance };
  }

  /**
   * Runs a grant. When the algorithm or the key of its ID token is not in the cached documents they are fetched anew,
   * and the **same** answer is validated again: what was sent is spent.
   * @param rescue is told the rotated refresh token of an answer that fails validation. A grant with it is tried once
   * more when its connection breaks.
   */
  async run(
    call: ProviderCall,
    grant: Grant,
    rescue?: (rotated: string) => Promise<void>,
  ): Promise<TokenSet> {
    const configuration = await this.configuration.get();
    return this.providerFetch.keepingAnswer(async (kept) => {
      try {
        const attempt = (newest: Configuration): Promise<TokenSet> => grant(newest, kept.parameters);
        return await this.attempts(configuration, attempt, rescue !== undefined);
      } catch (error) {
        const rotated = rescue && this.providerFetch.keptRefreshToken(kept);
        if (rotated !== undefined) await rescue?.(rotated);
        throw toLogtoException(error, call, this.times);
      }
    });
  }

  /** @throws LogtoException `id_token_invalid` when the ID token was not issued just now */
  assertIssuedNow({ claims }: TokenSet): void {
    const age = Math.round(Date.now() / 1000 - (claims?.iat ?? 0));
    if (Math.abs(age) <= maxIdTokenAge + this.times.tolerance) return;
    throw idTokenInvalid('The ID token was not issued just now, by its `iat`.', { times: this.times });
  }

  private async attempts(
    configuration: Configuration,
    grant: (configuration: Configuration) => Promise<TokenSet>,
    retryBrokenConnection: boolean,
    answeredAt?: number,
  ): Promise<TokenSet> {
    try {
      return await grant(configuration);
    } catch (error) {
      if (retryBrokenConnection && connectionFailure(error) === 'connection')
        return this.attempts(configuration, grant, false, answeredAt);
      if (!isOutdated(error)) throw error;
      const givenAt = answeredAt ?? performance.now();
      const newer = await this.configuration.newerThan(configuration, givenAt);
      if (!newer) throw error;
      return this.attempts(newer, grant, retryBrokenConnection, givenAt);
    }
  }
}
