import { BoundedCache } from '../bounded-cache.js';
import { retryInterval } from '../oidc/circuit-breaker.js';

/** Remembers for 30 seconds the keys for which Logto has just been asked without success. */
export class Cooldown {
  private readonly keys = new BoundedCache<true>({ max: 10_000, ttl: retryInterval });

  start(key: string): void {
    this.keys.set(key, true);
  }

  isOver(key: string): boolean {
    return !this.keys.has(key);
  }
}
