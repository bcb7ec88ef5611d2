import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { LogtoException } from '../logto.exceptions.js';
import type { CircuitBreaker } from './calls/circuit-breaker.js';
import { connectionFailure } from './errors/connection-failure.js';
import { redactError } from './errors/redact-error.js';

/** How long keys are used before they are fetched again, in milliseconds. */
const maxAge = 10 * 60_000;

/**
 * A cache of the public keys of Logto (JWKS). It fetches them again every ten minutes, so that a revoked key is no
 * longer accepted, and keeps the known ones while Logto is unavailable. It does not fetch unknown keys: `TokenVerifier`
 * does, with a cooldown, because anybody can send tokens with made-up keys.
 */
export class JwksCache {
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;
  private expiresAt = 0;
  private refreshing: Promise<void> | undefined;

  constructor(
    url: URL,
    timeout: number,
    fetch: FetchImplementation,
    private readonly breaker: CircuitBreaker,
  ) {
    this.remote = createRemoteJWKSet(url, {
      timeoutDuration: Math.ceil(timeout),
      cooldownDuration: Number.POSITIVE_INFINITY,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      [customFetch]: fetch,
    });
  }

  /**
   * Returns the key that the header of a token names, for `jwtVerify`.
   * @throws LogtoException `provider_unavailable` or `provider_timeout`, transient, if no keys are known and none can be fetched
   */
  readonly getKey: JWTVerifyGetKey = async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    if (this.expiresAt === 0) await this.refresh();
    // `remote` keeps the known keys.
    else if (Date.now() >= this.expiresAt)
      await this.breaker.renew('key lookup', undefined, () => this.refresh());
    // Not `remote.jwks()`, which copies every key.
    return this.remote(header, token);
  };

  private refresh(): Promise<void> {
    this.refreshing ??= this.breaker
      .run('key lookup', () => this.fetch())
      .then(() => {
        this.expiresAt = Date.now() + maxAge;
      })
      .finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async fetch(): Promise<void> {
    try {
      await this.remote.reload();
    } catch (error) {
      const timedOut = error instanceof errors.JWKSTimeout || connectionFailure(error) === 'timeout';
      throw new LogtoException(
        timedOut ? 'provider_timeout' : 'provider_unavailable',
        "Logto's signing keys could not be fetched. Try again shortly.",
        { status: 503, transient: true, cause: redactError(error) },
      );
    }
  }
}
