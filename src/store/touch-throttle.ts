import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

/** How often an entry of unknown lifetime is touched, in milliseconds. */
const unknownLifetimeInterval = 60 * 60 * 1000;

/** When which entry of the store was last touched by this process. */
@Injectable()
export class TouchThrottle {
  private readonly touchedAt = new LRUCache<string, number>({ max: 50_000 });

  /**
   * Whether it is time to touch an entry; if so, it counts as touched from now on.
   * @param lifetime milliseconds from each touch; anything else when the store decides
   * @param expires when it expires as far as the entry itself says
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
