import { createHash } from 'node:crypto';
import type { Store } from 'express-session';
import { lifetimeCookie, ownEntryPrefix, readEntry, writeEntry } from './store-access.js';

/** Longest that a request may go on after its session ended and still save it, in milliseconds. */
const tombstoneLifetime = 24 * 60 * 60 * 1000;

const prefix = `${ownEntryPrefix}ended-`;

/**
 * Marks of what has ended, in the session store, so that every instance sees them: express-session saves at
 * the end of a request, and would bring a session back that ended in between.
 */
export class Tombstones {
  /** Marks sessions or token records as ended. */
  async mark(store: Store, ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map((id) => writeEntry(store, keyOf(id), { cookie: lifetimeCookie(tombstoneLifetime) })),
    );
  }

  /** Whether `id` has ended. */
  async has(store: Store, id: string): Promise<boolean> {
    return (await readEntry(store, keyOf(id))) !== undefined;
  }
}

/** A hash, so that a list of the store's keys gives no session id away. */
function keyOf(id: string): string {
  return prefix + createHash('sha256').update(id).digest('base64url');
}
