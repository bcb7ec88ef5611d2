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

/** Longest that a request may go on after its session ended and still save it, in milliseconds. */
const tombstoneLifetime = 24 * 60 * 60 * 1000;

/**
 * Marks of what has ended, in the session store, so that every instance sees them: express-session saves at
 * the end of a request, and would bring a session back that ended in between.
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
   * Runs what ends something that is marked, and takes the marks back when it fails: what goes on has to be stored
   * as ever.
   */
  async markWhile<T>(store: Store, ids: readonly string[], end: () => Promise<T>): Promise<T> {
    try {
      await this.mark(store, ids);
      return await end();
    } catch (error) {
      await Promise.allSettled(ids.map((id) => this.takeBack(store, ownEntryKey('ended', id))));
      throw error;
    }
  }

  /** By whichever the store still does: there are those that cannot delete, as there are those that cannot write. */
  private async takeBack(store: Store, key: string): Promise<void> {
    const entry: StoreEntry = { cookie: lifetimeCookie(tombstoneLifetime), logtoTakenBack: true };
    await deleteEntry(store, key).catch(() => writeEntry(store, key, entry));
  }

  /** Whether `id` has ended. */
  async has(store: Store, id: string): Promise<boolean> {
    const entry = await readEntry(store, ownEntryKey('ended', id));
    return entry !== undefined && entry.logtoTakenBack !== true;
  }
}
