import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SessionRecord } from './session-record.js';
import { indexKeysOf } from './sign-in-index.js';
import { withLock } from './with-lock.js';
import { KeyedMutex } from './keyed-mutex.js';
import {
  deleteEntry,
  lifetimeCookie,
  readEntry,
  touchEntry,
  unwrapStore,
  writeEntry,
  type StoreEntry,
} from './store-access.js';
import { tokenRecordKey, tokenRecordLifetime, type TokenRecord } from './token-record.js';
import { TouchThrottle } from './touch-throttle.js';

/**
 * Tokens of sign-ins, each an entry of its own in the session store: an unrelated write of a session can never
 * put an old refresh token back, and what every request reads stays small.
 */
@Injectable()
export class TokenRecords {
  private readonly serial = new KeyedMutex();
  /** Records whose write failed: the only place where a rotated refresh token still is. */
  private readonly unsaved = new LRUCache<string, StoreEntry>({ max: 10_000 });
  private readonly retrying = new Set<string>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly touchThrottle: TouchThrottle,
  ) {}

  /** Runs `fn` while nothing else changes the record: in this process, or everywhere with a `lock`. */
  runExclusive<T>(id: string, fn: () => Promise<T>): Promise<T> {
    const { lock } = this.options;
    return this.serial.runExclusive(id, () => (lock ? withLock(lock, lockKey(id), fn) : fn()));
  }

  /** @throws LogtoException `session_store_unavailable` */
  async load(store: Store, id: string): Promise<TokenRecord | undefined> {
    const unsaved = this.unsaved.get(id);
    if (unsaved) this.saveLater(store, id);
    const entry = unsaved ?? (await readEntry(store, tokenRecordKey(id)));
    return entry?.logtoTokens as TokenRecord | undefined;
  }

  /** @throws LogtoException `session_store_unavailable`; this process then goes on with what it could not save */
  async save(request: Request, id: string, record: TokenRecord): Promise<void> {
    const session = request.session as Request['session'] | undefined;
    const lifetime = tokenRecordLifetime(session?.cookie.originalMaxAge);
    await this.write(request.sessionStore, id, entryOf(record, lifetime));
  }

  /** @throws LogtoException `session_store_unavailable` */
  async delete(store: Store, id: string): Promise<void> {
    this.unsaved.delete(id);
    await deleteEntry(store, tokenRecordKey(id));
  }

  /**
   * Lets the record live as long as the session, by a touch after the response, at most once per tenth of its
   * lifetime. For an app's own session: one that the module mounts does it as it loads the session.
   */
  keepAlive(request: Request, record: SessionRecord): void {
    const id = record.tokens;
    const lifetime = request.session.cookie.originalMaxAge;
    // Nothing touches the session of a socket, and its turn must not be that of a request.
    if (!request.res || !this.touchThrottle.isDue(tokenRecordKey(id), lifetime)) return;
    const store = request.sessionStore;
    request.res.once('finish', () => {
      // A touch that fails is made up for by the next one.
      void this.prolong(store, record, lifetime).catch(() => this.touchThrottle.forget(tokenRecordKey(id)));
    });
  }

  /**
   * Lets what stands beside a session live as long as it does, from now on.
   * @param lifetime of the session, in milliseconds
   */
  async prolong(store: Store, record: SessionRecord, lifetime: number | null): Promise<void> {
    const id = record.tokens;
    const touch = (key: string): Promise<void> => touchEntry(store, key, tokenRecordLifetime(lifetime));
    const touchTokens = (): Promise<void> => touch(tokenRecordKey(id));
    await Promise.all([
      // Without a touch the entry is written again, which must not happen beside a refresh.
      unwrapStore(store).touch ? touchTokens() : this.runExclusive(id, touchTokens),
      ...indexKeysOf(record).map((key) => touch(key)),
    ]);
  }

  private async write(store: Store, id: string, entry: StoreEntry): Promise<void> {
    try {
      await writeEntry(store, tokenRecordKey(id), entry);
    } catch (error) {
      this.unsaved.set(id, entry);
      throw error;
    }
    this.unsaved.delete(id);
  }

  /** Writes what could not be saved as soon as nobody changes it, so that other instances and a restart find it. */
  private saveLater(store: Store, id: string): void {
    if (this.retrying.has(id)) return;
    this.retrying.add(id);
    void this.runExclusive(id, async () => {
      const entry = this.unsaved.get(id);
      if (entry) await this.write(store, id, entry);
    })
      .catch(() => undefined)
      .finally(() => this.retrying.delete(id));
  }
}

function entryOf(record: TokenRecord, lifetime: number): StoreEntry {
  return { cookie: lifetimeCookie(lifetime), logtoTokens: record };
}

/** A hash: locks are named in logs and in monitors, where the ids of records have no business. */
function lockKey(id: string): string {
  return `logto-refresh-${createHash('sha256').update(id).digest('base64url')}`;
}
