import { BoundedMap } from './bounded-map.js';

/** How long what Logto has told goes on deciding before it is asked again, while it fails, in milliseconds. */
export const retryInterval = 30_000;

/** What Logto could not be asked about a moment ago, and is not asked about again yet. */
export class RetryPauses {
  private readonly until = new BoundedMap<string, number>(10_000);

  begin(key: string): void {
    this.until.set(key, Date.now() + retryInterval);
  }

  isOver(key: string): boolean {
    return Date.now() >= (this.until.get(key) ?? 0);
  }
}
