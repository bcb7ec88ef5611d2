import { Injectable } from '@nestjs/common';
import type { SessionData, Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import { RefreshedRecords } from './refreshed-records.js';
import { KeyedMutex } from './keyed-mutex.js';
import { endedRecord, isNewer, isSignedIn } from './session-record.js';
import { SignInIndex } from './sign-in-index.js';
import { fromCallback, deleteEntry, isOwnEntry, readEntry, type StoreEntry } from './store-access.js';
import { isTokenRecordKey } from './token-record.js';
import { TokenRecords } from './token-records.js';
import { Tombstones } from './tombstones.js';

type Set = (id: string, session: SessionData) => Promise<void>;

/**
 * Stands before a store's `set`: what has ended is not stored again, not even by a request that began before
 * the end, and claims that a parallel request refreshed are not put back. Only `set` is replaced, on the
 * instance: a proxy or an `Object.create` would break stores with private fields.
 */
@Injectable()
export class PatchedStores {
  private readonly stores = new WeakMap<Store, Set>();
  private readonly writes = new KeyedMutex();
  /** Sessions that a sign-in in this process has replaced. */
  private readonly superseded = new LRUCache<string, true>({ max: 10_000 });

  constructor(
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly index: SignInIndex,
    private readonly records: TokenRecords,
  ) {}

  /** Tells that the browser has got another session in the place of this one. */
  supersede(id: string): void {
    this.superseded.set(id, true);
  }

  /** Guards a store, once. @returns whether this was the first time */
  patch(store: Store): boolean {
    if (this.stores.has(store)) return false;
    const original = store.set.bind(store);
    const set: Set = (id, session) => fromCallback((done) => original(id, session, done));
    this.stores.set(store, set);
    store.set = (id, session, callback): Promise<void> => {
      if (this.superseded.get(id)) withholdCookie(id, session);
      const stored =
        isOwnEntry(id) && !isTokenRecordKey(id) ? set(id, session) : this.set(store, set, id, session);
      // There are stores whose own `set` is waited for so.
      return stored.then(
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
    await this.writes.runExclusive(id, () =>
      this.unlessEnded(store, set, { id, tokens }, async () => {
        // Read last, so that the least can happen on another instance before it is written.
        const stored = await readEntry(store, id);
        return stored && change(stored);
      }),
    );
  }

  private async set(store: Store, set: Set, id: string, session: SessionData): Promise<void> {
    const record = isSignedIn(session.logto) ? session.logto : undefined;
    await this.writes.runExclusive(id, () =>
      this.unlessEnded(store, set, { id, tokens: record?.tokens }, () => this.newest(store, id, session)),
    );
    if (!record) return;
    const lifetime = session.cookie.originalMaxAge;
    // The session is stored; the next time it is, what failed here is made up for.
    await this.index
      .track(store, record, id, lifetime)
      .then((isNew) => (isNew ? this.records.prolong(store, record, lifetime) : undefined))
      .catch(() => undefined);
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

  /** The session with what this process or another has found out of its sign-in since the request began. */
  private async newest(store: Store, id: string, session: SessionData): Promise<SessionData> {
    if (!isSignedIn(session.logto)) return session;
    const stored = (await readEntry(store, id))?.logto;
    const known = isSignedIn(stored) && isNewer(stored, session.logto) ? stored : session.logto;
    const logto = this.refreshed.newest(known);
    return logto === session.logto ? session : { ...session, logto };
  }
}

/**
 * Keeps the answer of a request that began before its browser signed in from giving it the old session's cookie back:
 * express-session stores a session before it writes the headers, and sets no cookie for one without an id.
 */
function withholdCookie(id: string, session: SessionData): void {
  const { req: request } = session as { req?: { sessionID?: string } };
  if (request?.sessionID === id) delete request.sessionID;
}

function withoutSignIn(session: SessionData): SessionData {
  return isSignedIn(session.logto) ? { ...session, logto: endedRecord(session.logto) } : session;
}
