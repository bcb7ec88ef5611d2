import type { SessionData, Store } from 'express-session';
import type { RefreshedRecords } from './refreshed-records.js';
import { endedRecord, isSignedIn } from './session-record.js';
import { storeUnavailable } from './store-access.js';
import type { Tombstones } from './tombstones.js';

const guarded: unique symbol = Symbol('nestjs-logto.guarded');

/**
 * Puts a guard on a store's `set`, once per store: what has ended is not stored again, not even by a request
 * that began before the end, and claims that a parallel request refreshed are not put back. Only `set` is
 * replaced, on the instance: a proxy or an `Object.create` would break stores with private fields.
 */
export function guardStore(store: Store, tombstones: Tombstones, refreshed: RefreshedRecords): void {
  const marked = store as Store & { [guarded]?: true };
  if (marked[guarded]) return;
  Object.defineProperty(marked, guarded, { value: true });

  const set = store.set.bind(store);
  store.set = (id, session, callback): void => {
    const done = callback ?? ((): void => undefined);
    if (tombstones.isMark(id)) {
      set(id, session, done);
      return;
    }
    save(id, session).then(
      () => done(),
      (error: unknown) => done(error),
    );
  };

  async function save(id: string, session: SessionData): Promise<void> {
    const tokens = isSignedIn(session.logto) ? session.logto.tokens : undefined;
    const [sessionEnded, tokensEnded] = await Promise.all([
      tombstones.has(store, id),
      tokens !== undefined && tombstones.has(store, tokens),
    ]);
    if (sessionEnded) return;
    await new Promise<void>((resolve, reject) => {
      set(id, current(session, tokensEnded), (error?: unknown) => (error ? reject(error) : resolve()));
    });
    if (await tombstones.has(store, id)) {
      await new Promise<void>((resolve, reject) => {
        store.destroy(id, (error?: unknown) => (error ? reject(storeUnavailable(error)) : resolve()));
      });
    }
  }

  function current(session: SessionData, tokensEnded: boolean): SessionData {
    if (!isSignedIn(session.logto)) return session;
    const logto = tokensEnded ? endedRecord(session.logto) : refreshed.newest(session.logto);
    return logto === session.logto ? session : { ...session, logto };
  }
}
