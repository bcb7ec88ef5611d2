import {
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { LogtoException } from '../logto.exceptions.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { harmless } from './errors/harmless-error.js';

/** How long keys are used without looking whether they still stand, in milliseconds. */
const maxAge = 10 * 60_000;

/**
 * The keys that Logto publishes. They are looked at anew now and then, so that one that was taken back stops
 * counting; while Logto is away the known ones go on verifying. A key that is not there is the caller's to look
 * for: with one cooldown for all, or a flood of forged tokens would be one of requests.
 */
export class PublishedKeys {
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;
  private lookAt = 0;
  private looking: Promise<void> | undefined;

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
   * The key that a token's header names, for `jwtVerify`.
   * @throws LogtoException `provider_unavailable`, transient, when no keys are known and none can be fetched
   */
  readonly find: JWTVerifyGetKey = async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    if (this.lookAt === 0) await this.look();
    else if (Date.now() >= this.lookAt)
      await this.breaker.unlessOpen('key lookup', () => this.look()).catch(() => undefined);
    // Not `remote.jwks()`, which copies every key.
    return this.remote(header, token);
  };

  private look(): Promise<void> {
    this.looking ??= this.breaker
      .run('key lookup', () => this.load())
      .then(() => {
        this.lookAt = Date.now() + maxAge;
      })
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async load(): Promise<void> {
    try {
      await this.remote.reload();
    } catch (error) {
      throw new LogtoException(
        'provider_unavailable',
        "Logto's signing keys could not be fetched. Try again shortly.",
        { status: 503, transient: true, cause: harmless(error) },
      );
    }
  }
}
