import { Injectable } from '@nestjs/common';
import type { SessionData, Store } from 'express-session';
import { BoundedCache } from '../bounded-cache.js';
import { RefreshedRecords } from './refreshed-records.js';
import { KeyedMutex } from '../concurrency/keyed-mutex.js';
import { endedRecord, isNewer, isSignedIn } from './session-record.js';
import { SignInIndex } from './sign-in-index.js';
import { fromCallback, deleteEntry, isOwnEntry, readEntry, type StoreEntry } from './store-access.js';
import { isTokenRecordKey } from './token-record.js';
import { TokenRecords } from './token-records.js';
import { Tombstones } from './tombstones.js';

type StoreSet = (id: string, session: SessionData) => Promise<void>;

/**
 * Patches the `set` of session stores, so that a slow request cannot undo what happened since it began: it neither stores
 * a session that has ended nor overwrites claims that a parallel request has refreshed. Patches the instance, because a
 * proxy or an `Object.create` would break stores with private fields.
 */
@Injectable()
export class PatchedStores {
  private readonly stores = new WeakMap<Store, StoreSet>();
  private readonly mutex = new KeyedMutex();
  /** IDs of sessions that a sign-in in this process has replaced. */
  private readonly superseded = new BoundedCache<true>({ max: 10_000 });

  constructor(
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly index: SignInIndex,
    private readonly records: TokenRecords,
  ) {}

  /** Marks a session as replaced: the browser gets another one. */
  supersede(id: string): void {
    this.superseded.set(id, true);
  }

  /** Patches a store, unless it is patched already. */
  patch(store: Store): void {
    if (this.stores.has(store)) return;
    const original = store.set.bind(store);
    const write: StoreSet = (id, session) => fromCallback((done) => original(id, session, done));
    this.stores.set(store, write);
    store.set = (id, session, callback): Promise<void> => {
      if (this.superseded.get(id)) withholdCookie(id, session);
      const stored =
        isOwnEntry(id) && !isTokenRecordKey(id)
          ? write(id, session)
          : this.setSession(store, write, id, session);
      // Some stores return a promise from `set`.
      return stored.then(
        () => callback?.(),
        (error: unknown) => callback?.(error),
      );
    };
  }

  /**
   * Updates a stored session. A mutex keeps this update and other writes by this process from overwriting each other.
   * @param tokenRecordId the ID of the token record of the session's sign-in
   * @param change returns the session to store, or `undefined` to leave it unchanged
   */
  async update(
    store: Store,
    id: string,
    tokenRecordId: string,
    change: (stored: StoreEntry) => SessionData | undefined,
  ): Promise<void> {
    const write = this.stores.get(store);
    if (!write) return;
    await this.mutex.runExclusive(id, () =>
      this.unlessEnded(store, write, { id, tokenRecordId }, async () => {
        // Read as late as possible: another instance may write it too.
        const stored = await readEntry(store, id);
        return stored && change(stored);
      }),
    );
  }

  private async setSession(store: Store, write: StoreSet, id: string, session: SessionData): Promise<void> {
    const record = isSignedIn(session.logto) ? session.logto : undefined;
    await this.mutex.runExclusive(id, () =>
      this.unlessEnded(store, write, { id, tokenRecordId: record?.tokenRecordId }, () =>
        this.newest(store, id, session),
      ),
    );
    if (!record) return;
    const lifetime = session.cookie.originalMaxAge;
    // The session is stored. If this fails, the next `set` tries again.
    await this.index
      .track(store, record, id, lifetime)
      .then((isNew) => (isNew ? this.records.extend(store, record, lifetime) : undefined))
      .catch(() => undefined);
  }

  /** Checks for tombstones before and after the write: the session may end while it is stored. */
  private async unlessEnded(
    store: Store,
    write: StoreSet,
    { id, tokenRecordId }: { id: string; tokenRecordId: string | undefined },
    session: () => Promise<SessionData | undefined>,
  ): Promise<void> {
    const ended = (): Promise<boolean[]> =>
      Promise.all(
        [id, ...(tokenRecordId === undefined ? [] : [tokenRecordId])].map((key) =>
          this.tombstones.has(store, key),
        ),
      );
    const [endedBefore, tokensEndedBefore] = await ended();
    if (endedBefore) return;
    const next = await session();
    if (!next) return;
    await write(id, tokensEndedBefore ? withoutSignIn(next) : next);
    const [endedAfter, tokensEndedAfter] = await ended();
    if (endedAfter) await deleteEntry(store, id);
    else if (tokensEndedAfter && !tokensEndedBefore) await write(id, withoutSignIn(next));
  }

  /** The session with the newest record of its sign-in that the store or this process knows. */
  private async newest(store: Store, id: string, session: SessionData): Promise<SessionData> {
    if (!isSignedIn(session.logto)) return session;
    const stored = (await readEntry(store, id))?.logto;
    const known = isSignedIn(stored) && isNewer(stored, session.logto) ? stored : session.logto;
    const logto = this.refreshed.newest(known);
    return logto === session.logto ? session : { ...session, logto };
  }
}

/**
 * Keeps a response to a request that began before the sign-in from setting the cookie of the replaced session:
 * express-session stores a session before it writes the headers, and sets no cookie if the request has no session ID.
 */
function withholdCookie(id: string, session: SessionData): void {
  const { req: request } = session as { req?: { sessionID?: string } };
  if (request?.sessionID === id) delete request.sessionID;
}

function withoutSignIn(session: SessionData): SessionData {
  return isSignedIn(session.logto) ? { ...session, logto: endedRecord(session.logto) } : session;
}
