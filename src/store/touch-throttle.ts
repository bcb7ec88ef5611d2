import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../bounded-cache.js';

/** Interval between touches of an entry of unknown lifetime, in milliseconds. */
const unknownLifetimeInterval = 60 * 60 * 1000;

/** Limits how often this process touches an entry of the store: once per tenth of its lifetime. */
@Injectable()
export class TouchThrottle {
  /**
   * Large, because a touch is eight commands to the store, and a session that has dropped out of this cache is touched by
   * its next request. About 130 bytes for each session in use.
   */
  private readonly touchedAt = new BoundedCache<number>({ max: 500_000 });

  /**
   * Whether it is time to touch an entry; if so, the entry counts as touched.
   * @param lifetime milliseconds; anything else: the store decides
   * @param expires when the entry itself says that it expires
   */
  isDue(id: string, lifetime: unknown, expires?: Date | string | null): boolean {
    const now = Date.now();
    const interval = typeof lifetime === 'number' ? lifetime / 10 : unknownLifetimeInterval;
    const last = this.touchedAt.get(id) ?? touchedBefore(lifetime, expires) ?? 0;
    if (now - last < interval) return false;
    this.touchedAt.set(id, now);
    return true;
  }

  forget(id: string): void {
    this.touchedAt.delete(id);
  }
}

function touchedBefore(lifetime: unknown, expires: Date | string | null | undefined): number | undefined {
  return typeof lifetime !== 'number' || !expires ? undefined : new Date(expires).getTime() - lifetime;
}
