import { Injectable } from '@nestjs/common';
import type { Store } from 'express-session';
import {
  deleteEntry,
  lifetimeCookie,
  ownEntryKey,
  readEntry,
  writeEntry,
  type StoreEntry,
} from './store-access.js';

/** How long after the end of its session a request may still try to save it, in milliseconds. */
const tombstoneLifetime = 24 * 60 * 60 * 1000;

/**
 * Marks what has ended, in the session store, where every instance sees it: express-session saves at the end of a
 * request, and would restore a session that has ended in the meantime.
 */
@Injectable()
export class Tombstones {
  /** Marks sessions or token records as ended. */
  async mark(store: Store, ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map((id) =>
        writeEntry(store, ownEntryKey('ended', id), { cookie: lifetimeCookie(tombstoneLifetime) }),
      ),
    );
  }

  /**
   * Marks IDs as ended while `end` ends them, and removes the marks if it fails, so that what has not ended
   * can be stored again.
   */
  async markWhile<T>(store: Store, ids: readonly string[], end: () => Promise<T>): Promise<T> {
    try {
      await this.mark(store, ids);
      return await end();
    } catch (error) {
      await Promise.allSettled(ids.map((id) => this.unmark(store, ownEntryKey('ended', id))));
      throw error;
    }
  }

  /** Removes a mark, or overwrites it if the store fails to delete it. */
  private async unmark(store: Store, key: string): Promise<void> {
    const entry: StoreEntry = { cookie: lifetimeCookie(tombstoneLifetime), logtoUnmarked: true };
    await deleteEntry(store, key).catch(() => writeEntry(store, key, entry));
  }

  /** Whether `id` is marked as ended. */
  async has(store: Store, id: string): Promise<boolean> {
    const entry = await readEntry(store, ownEntryKey('ended', id));
    return entry !== undefined && entry.logtoUnmarked !== true;
  }
}
