import { BoundedCache } from '../bounded-cache.js';
import { retryInterval } from '../oidc/calls/circuit-breaker.js';

/** Remembers a key for 30 seconds. */
export class Cooldown {
  private readonly keys = new BoundedCache<true>({ max: 10_000, ttl: retryInterval });

  start(key: string): void {
    this.keys.set(key, true);
  }

  isOver(key: string): boolean {
    return !this.keys.has(key);
  }
}
