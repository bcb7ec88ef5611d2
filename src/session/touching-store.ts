import session from 'express-session';
import type { SessionData, Store } from 'express-session';
import { prolongedCookie, prolongEntry } from './store-access.js';
import { isSignedIn } from './session-record.js';
import { tokenRecordKey } from './token-record.js';
import type { Touches } from './touches.js';

/**
 * The store under a session that the module mounts itself. It has no `touch` on purpose: express-session would
 * touch at every request, and wait for it before it ends the response. Instead a session that is due is
 * touched as it is loaded, with its token record, at most once per tenth of its lifetime.
 */
export class TouchingStore extends session.Store {
  constructor(
    private readonly inner: Store,
    private readonly touches: Touches,
  ) {
    super();
    this.inner.on('connect', (...values: unknown[]) => this.emit('connect', ...values));
    this.inner.on('disconnect', (...values: unknown[]) => this.emit('disconnect', ...values));
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.inner.get(id, (error: unknown, found) => {
      if (!error && found) this.prolong(id, found);
      callback(error, found);
    });
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.inner.set(id, data, callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.inner.destroy(id, callback);
  }

  private prolong(id: string, found: SessionData): void {
    const lifetime = found.cookie.originalMaxAge;
    if (!this.touches.isDue(id, lifetime, found.cookie.expires)) return;
    const prolonged = { ...found, cookie: prolongedCookie(found.cookie) };
    const record = isSignedIn(found.logto) ? [tokenRecordKey(found.logto.tokens)] : [];
    for (const key of [id, ...record]) {
      // A touch that fails is made up for by the next one.
      if (this.inner.touch) prolongEntry(this.inner, key, prolonged).catch(() => this.touches.forget(id));
    }
  }
}
