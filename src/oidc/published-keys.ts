import {
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';

/** How long keys are used without looking whether they still stand, in milliseconds. */
const maxAge = 10 * 60_000;

/** How long they go on being used when that look failed, in milliseconds. */
const retryInterval = 30_000;

/**
 * The keys that Logto publishes. They are looked at anew now and then, so that one that was taken back stops
 * counting; while Logto is away the known ones go on verifying. A key that is not there is the caller's to look
 * for: with one cooldown for all, or a flood of forged tokens would be one of requests.
 */
export class PublishedKeys {
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;
  private lookAt = 0;
  private looking: Promise<void> | undefined;

  constructor(url: URL, timeout: number, fetch: FetchImplementation) {
    this.remote = createRemoteJWKSet(url, {
      timeoutDuration: Math.ceil(timeout),
      cooldownDuration: Number.POSITIVE_INFINITY,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      [customFetch]: fetch,
    });
  }

  /** The key that a token's header names, for `jwtVerify`. */
  readonly find: JWTVerifyGetKey = async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    // Not `remote.jwks()`, which copies every key.
    if (this.lookAt === 0) {
      await this.remote.reload();
      this.lookAt = Date.now() + maxAge;
    } else if (Date.now() >= this.lookAt) {
      await (this.looking ??= this.look());
    }
    return this.remote(header, token);
  };

  private async look(): Promise<void> {
    try {
      await this.remote.reload();
      this.lookAt = Date.now() + maxAge;
    } catch {
      this.lookAt = Date.now() + retryInterval;
    } finally {
      this.looking = undefined;
    }
  }
}
