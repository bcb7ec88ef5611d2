import session from 'express-session';
import type { SessionData, Store } from 'express-session';
import { isSignedIn } from './session-record.js';
import { companionKeysOf } from './companion-keys.js';
import {
  withTimeout,
  isOwnEntry,
  prolongedCookie,
  prolongEntry,
  innerStore,
  touchEntry,
} from './store-access.js';
import { tokenRecordLifetime } from './token-record.js';
import type { TouchThrottle } from './touch-throttle.js';

/**
 * The store under a session that the module mounts itself. It has no `touch` on purpose: express-session would
 * touch at every request, and wait for it before it ends the response. Instead a session that is due is
 * touched as it is loaded, with its token record, at most once per tenth of its lifetime.
 */
export class TouchingStore extends session.Store {
  constructor(
    private readonly inner: Store,
    private readonly touchThrottle: TouchThrottle,
  ) {
    super();
    // What a store need not have, for an app that uses it where it has.
    if (inner.all) this.all = inner.all.bind(inner);
    if (inner.length) this.length = inner.length.bind(inner);
    if (inner.clear) this.clear = inner.clear.bind(inner);
    this.inner.on('connect', (...values: unknown[]) => this.emit('connect', ...values));
    this.inner.on('disconnect', (...values: unknown[]) => this.emit('disconnect', ...values));
  }

  get [innerStore](): Store {
    return this.inner;
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    // express-session has no limit of its own: every request would hang with the store.
    withTimeout<SessionData | null>(
      (done) => this.inner.get(id, done),
      (error, found) => {
        // There are entries of another making in a store that is shared, without a cookie.
        if (!error && found && (found.cookie as unknown) && !isOwnEntry(id)) this.prolong(id, found);
        callback(error, found);
      },
    );
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.inner.set(id, data, callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    // With `unset: "destroy"` express-session waits for it before it ends the response.
    withTimeout(
      (done) => this.inner.destroy(id, done),
      (error) => callback?.(error),
    );
  }

  private prolong(id: string, found: SessionData): void {
    const lifetime = found.cookie.originalMaxAge;
    if (!this.inner.touch || !this.touchThrottle.isDue(id, lifetime, found.cookie.expires)) return;
    const touched = [
      prolongEntry(this.inner, id, { ...found, cookie: prolongedCookie(found.cookie) }),
      ...(isSignedIn(found.logto)
        ? companionKeysOf(found.logto).map((key) =>
            touchEntry(this.inner, key, tokenRecordLifetime(lifetime)),
          )
        : []),
    ];
    // A touch that fails is made up for by the next one.
    Promise.all(touched).catch(() => this.touchThrottle.forget(id));
  }
}
