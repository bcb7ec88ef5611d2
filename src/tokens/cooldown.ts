import { BoundedCache } from '../bounded-cache.js';
import { retryInterval } from '../oidc/calls/circuit-breaker.js';

/** The keys for which a request to Logto has just failed. Each stays for 30 seconds. */
export class Cooldown {
  private readonly keys = new BoundedCache<true>({ max: 10_000, ttl: retryInterval });

  start(key: string): void {
    this.keys.set(key, true);
  }

  isOver(key: string): boolean {
    return !this.keys.has(key);
  }
}
