import session from 'express-session';
import type { SessionData, Store } from 'express-session';
import { isSignedIn } from './session-record.js';
import { indexKeysOf } from './sign-in-index.js';
import {
  callStore,
  isOwnEntry,
  extendedCookie,
  extendEntry,
  innerStore,
  touchEntry,
} from './store-access.js';
import { tokenRecordKey, tokenRecordLifetime } from './token-record.js';
import type { TouchThrottle } from './touch-throttle.js';

/**
 * The store of the session that the module mounts: wraps the app's store and touches a session when it loads it, with
 * its token record and index entries, at most once per tenth of its lifetime. It has no `touch` on purpose:
 * express-session would touch with every request, and hold back the response until the touch is done.
 */
export class TouchingStore extends session.Store {
  /** @param touchThrottle if it is `undefined`, sessions are not touched */
  constructor(
    private readonly inner: Store,
    private readonly touchThrottle?: TouchThrottle,
  ) {
    super();
    // Optional methods that the app may use.
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
    // express-session has no timeout: every request would hang if the store did.
    callStore<SessionData | null>(
      (done) => this.inner.get(id, done),
      (error, found) => {
        // A shared store may have entries of other programs, without a cookie.
        if (!error && found && (found.cookie as unknown) && !isOwnEntry(id)) this.extend(id, found);
        callback(error, found);
      },
    );
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.inner.set(id, data, callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    // With `unset: "destroy"`, express-session holds back the response until this is done.
    callStore(
      (done) => this.inner.destroy(id, done),
      (error) => callback?.(error),
    );
  }

  private extend(id: string, found: SessionData): void {
    const { touchThrottle } = this;
    const lifetime = found.cookie.originalMaxAge;
    if (!this.inner.touch || !touchThrottle?.isDue(id, lifetime, found.cookie.expires)) return;
    const { logto } = found;
    const companions = isSignedIn(logto) ? [tokenRecordKey(logto.tokenRecordId), ...indexKeysOf(logto)] : [];
    const touched = [
      extendEntry(this.inner, id, { ...found, cookie: extendedCookie(found.cookie) }),
      ...companions.map((key) => touchEntry(this.inner, key, tokenRecordLifetime(lifetime))),
    ];
    // If a touch fails, the next request tries again.
    Promise.all(touched).catch(() => touchThrottle.forget(id));
  }
}
