import { LRUCache } from 'lru-cache';

/** The limits of a cache. */
export interface BoundedCacheOptions {
  /** How many entries it keeps at most. It drops the least recently used ones first. */
  readonly max: number;
  /** How long it keeps an entry, in milliseconds. Default: as long as `max` allows. */
  readonly ttl?: number;
}

/**
 * An LRU cache that takes memory only as it fills. With `max`, lru-cache allocates all of it when it is created: the
 * caches of one app would take 26 ms and 3 MB at startup.
 */
export class BoundedCache<Value extends {}> extends LRUCache<string, Value> {
  constructor({ max, ttl = 0 }: BoundedCacheOptions) {
    super({ maxSize: max, sizeCalculation: () => 1, ttl, perf: Date });
  }
}
