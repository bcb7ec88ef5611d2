import { LRUCache } from 'lru-cache';

/** How long the result of an exchange is kept, in milliseconds. */
const keptFor = 60_000;

/** Exchanges each code only once: a callback that arrives again within a minute gets the result of the first. */
export class ExchangedCodes<T> {
  private readonly exchanges = new LRUCache<string, Promise<T>>({ max: 10_000, ttl: keptFor, perf: Date });

  /** @returns the result, and whether an earlier callback has made the exchange */
  async run(key: string, exchange: () => Promise<T>): Promise<{ result: T; isRepeated: boolean }> {
    const earlier = this.exchanges.get(key);
    if (earlier) return { result: await earlier, isRepeated: true };
    const started = exchange();
    this.exchanges.set(key, started);
    return { result: await started, isRepeated: false };
  }
}
