import { Injectable } from '@nestjs/common';
import { ClientError, type Configuration } from 'openid-client';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { connectionFailure } from './errors/connection-failure.js';
import { idTokenInvalid, type ClockCheck } from './errors/id-token-invalid.js';
import { ProviderClock } from './calls/provider-clock.js';
import type { ProviderCall } from './calls/provider-call.js';
import { toLogtoException } from './errors/to-logto-exception.js';
import { ProviderConfiguration } from './provider-configuration.js';
import { ProviderFetch } from './provider-fetch.js';
import type { TokenSet } from './token-set.js';

/** Sends a grant to the token endpoint, with additional parameters. */
type Grant = (
  configuration: Configuration,
  parameters: Readonly<Record<string, string>>,
) => Promise<TokenSet>;

/** How old the ID token of a code exchange may be, in seconds. */
const maxIdTokenAge = 600;

/** Grants whose response has an ID token. */
@Injectable()
export class IdTokenGrants {
  private readonly clockCheck: ClockCheck;

  constructor(
    options: ResolvedLogtoOptions,
    private readonly configuration: ProviderConfiguration,
    private readonly providerFetch: ProviderFetch,
    clock: ProviderClock,
  ) {
    this.clockCheck = { clock, tolerance: options.http.clockTolerance };
  }

  /**
   * Runs a grant. If the ID token has an unknown key or algorithm, it fetches Logto's metadata again and validates the
   * **same** response: a code or a refresh token cannot be used twice.
   * @param onRotated called with the new refresh token of a response that fails validation. A grant with it is retried
   * once if its connection breaks.
   */
  async run(
    call: ProviderCall,
    grant: Grant,
    onRotated?: (refreshToken: string) => Promise<void>,
  ): Promise<TokenSet> {
    const configuration = await this.configuration.get();
    return this.providerFetch.withReplay(async (replayed) => {
      try {
        const attempt = (newest: Configuration): Promise<TokenSet> => grant(newest, replayed.parameters);
        return await this.attempt(configuration, attempt, onRotated !== undefined);
      } catch (error) {
        const refreshToken = onRotated && this.providerFetch.refreshTokenIn(replayed);
        if (refreshToken !== undefined) await onRotated?.(refreshToken);
        throw toLogtoException(error, call, this.clockCheck);
      }
    });
  }

  /** @throws LogtoException `id_token_invalid` if the ID token was not issued recently */
  assertRecentlyIssued({ claims }: TokenSet): void {
    const age = Math.round(Date.now() / 1000 - (claims?.iat ?? 0));
    if (Math.abs(age) <= maxIdTokenAge + this.clockCheck.tolerance) return;
    throw idTokenInvalid('The `iat` of the ID token is more than 10 minutes off.', {
      clockCheck: this.clockCheck,
    });
  }

  private async attempt(
    configuration: Configuration,
    grant: (configuration: Configuration) => Promise<TokenSet>,
    retryBrokenConnection: boolean,
    receivedAt?: number,
  ): Promise<TokenSet> {
    try {
      return await grant(configuration);
    } catch (error) {
      if (retryBrokenConnection && connectionFailure(error) === 'connection')
        return this.attempt(configuration, grant, false, receivedAt);
      if (!isUnknownKey(error)) throw error;
      const since = receivedAt ?? performance.now();
      const newer = await this.configuration.newerThan(configuration, since);
      if (!newer) throw error;
      return this.attempt(newer, grant, retryBrokenConnection, since);
    }
  }
}

/** Whether a token failed because its `kid` or `alg` is not in the cached keys and metadata. They may be outdated. */
function isUnknownKey(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  if (error.code === 'OAUTH_KEY_SELECTION_FAILED') return true;
  const details = error.cause instanceof Error ? error.cause.cause : undefined;
  return (
    typeof details === 'object' &&
    details !== null &&
    'reason' in details &&
    details.reason === 'authorization server metadata'
  );
}
