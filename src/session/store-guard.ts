import type { SessionData, Store } from 'express-session';
import type { RefreshedRecords } from './refreshed-records.js';
import { Serial } from './serial.js';
import { endedRecord, isSignedIn } from './session-record.js';
import type { SignInIndex } from './sign-in-index.js';
import { completed, deleteEntry, isOwnEntry, readEntry, type StoreEntry } from './store-access.js';
import { isTokenRecordKey } from './token-record.js';
import type { Tombstones } from './tombstones.js';

type Set = (id: string, session: SessionData) => Promise<void>;

/**
 * Stands before a store's `set`: what has ended is not stored again, not even by a request that began before
 * the end, and claims that a parallel request refreshed are not put back. Only `set` is replaced, on the
 * instance: a proxy or an `Object.create` would break stores with private fields.
 */
export class StoreGuard {
  private readonly stores = new WeakMap<Store, Set>();
  private readonly writes = new Serial();

  constructor(
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly index: SignInIndex,
  ) {}

  /** Guards a store, once. @returns whether this was the first time */
  install(store: Store): boolean {
    if (this.stores.has(store)) return false;
    const original = store.set.bind(store);
    const set: Set = (id, session) => completed((done) => original(id, session, done));
    this.stores.set(store, set);
    store.set = (id, session, callback): void => {
      const stored =
        isOwnEntry(id) && !isTokenRecordKey(id) ? set(id, session) : this.set(store, set, id, session);
      stored.then(
        () => callback?.(),
        (error: unknown) => callback?.(error),
      );
    };
    return true;
  }

  /**
   * Changes a stored session. No other write of it by this process comes in between, so that neither loses
   * what the other adds.
   * @param tokens the sign-in that the session holds
   * @param change the session to store, or `undefined` to leave it as it is
   */
  async update(
    store: Store,
    id: string,
    tokens: string,
    change: (stored: StoreEntry) => SessionData | undefined,
  ): Promise<void> {
    const set = this.stores.get(store);
    if (!set) return;
    await this.writes.run(id, () =>
      this.unlessEnded(store, set, { id, tokens }, async () => {
        // Read last, so that the least can happen on another instance before it is written.
        const stored = await readEntry(store, id);
        return stored && change(stored);
      }),
    );
  }

  private async set(store: Store, set: Set, id: string, session: SessionData): Promise<void> {
    const record = isSignedIn(session.logto) ? session.logto : undefined;
    await this.writes.run(id, () =>
      this.unlessEnded(store, set, { id, tokens: record?.tokens }, () =>
        Promise.resolve(this.newest(session)),
      ),
    );
    // The session is stored; the next time it is, this is made up for.
    if (record)
      await this.index.follow(store, record, id, session.cookie.originalMaxAge).catch(() => undefined);
  }

  /** Looks for the tombstones before and after: it may end while it is stored. */
  private async unlessEnded(
    store: Store,
    set: Set,
    { id, tokens }: { id: string; tokens: string | undefined },
    session: () => Promise<SessionData | undefined>,
  ): Promise<void> {
    const ended = (): Promise<boolean[]> =>
      Promise.all(
        [id, ...(tokens === undefined ? [] : [tokens])].map((key) => this.tombstones.has(store, key)),
      );
    const [endedBefore, tokensEndedBefore] = await ended();
    if (endedBefore) return;
    const next = await session();
    if (!next) return;
    await set(id, tokensEndedBefore ? withoutSignIn(next) : next);
    const [endedAfter, tokensEndedAfter] = await ended();
    if (endedAfter) await deleteEntry(store, id);
    else if (tokensEndedAfter && !tokensEndedBefore) await set(id, withoutSignIn(next));
  }

  private newest(session: SessionData): SessionData {
    if (!isSignedIn(session.logto)) return session;
    const logto = this.refreshed.newest(session.logto);
    return logto === session.logto ? session : { ...session, logto };
  }
}

function withoutSignIn(session: SessionData): SessionData {
  return isSignedIn(session.logto) ? { ...session, logto: endedRecord(session.logto) } : session;
}
