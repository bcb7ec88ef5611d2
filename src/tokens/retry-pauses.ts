import { retryInterval } from '../oidc/circuit-breaker.js';
import { BoundedMap } from '../session/bounded-map.js';

/** What Logto has told nothing new of a moment ago, and is not asked about again yet. */
export class RetryPauses {
  private readonly until = new BoundedMap<string, number>(10_000);

  begin(key: string): void {
    this.until.set(key, Date.now() + retryInterval);
  }

  isOver(key: string): boolean {
    return Date.now() >= (this.until.get(key) ?? 0);
  }
}
