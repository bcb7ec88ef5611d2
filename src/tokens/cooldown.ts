import { LRUCache } from 'lru-cache';
import { retryInterval } from '../oidc/circuit-breaker.js';

/** Keys that are left alone for 30 seconds: Logto has just had nothing new to say about them. */
export class Cooldown {
  private readonly keys = new LRUCache<string, true>({ max: 10_000, ttl: retryInterval, perf: Date });

  start(key: string): void {
    this.keys.set(key, true);
  }

  isOver(key: string): boolean {
    return !this.keys.has(key);
  }
}
