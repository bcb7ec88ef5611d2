import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { BoundedCache } from '../bounded-cache.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SessionRecord } from './session-record.js';
import { indexKeysOf } from './sign-in-index.js';
import { withLock } from './with-lock.js';
import { KeyedMutex } from '../concurrency/keyed-mutex.js';
import {
  deleteEntry,
  lifetimeCookie,
  readEntry,
  touchEntry,
  unwrapStore,
  writeEntry,
  type StoreEntry,
} from './store-access.js';
import { TokenEncryption, type StoredTokens } from './token-encryption.js';
import { tokenRecordKey, tokenRecordLifetime, type TokenRecord } from './token-record.js';
import { TouchThrottle } from './touch-throttle.js';

/**
 * Stores the tokens of each sign-in in their own entry in the session store, so that a write of the session cannot restore
 * an old refresh token, and sessions stay small.
 */
@Injectable()
export class TokenRecords {
  private readonly mutex = new KeyedMutex();
  /** Records whose write failed. They are kept because a rotated refresh token is nowhere else. */
  private readonly unsaved = new BoundedCache<StoreEntry>({ max: 10_000 });
  private readonly retrying = new Set<string>();

  constructor(
    protected readonly options: ResolvedLogtoOptions,
    private readonly touchThrottle: TouchThrottle,
    private readonly encryption: TokenEncryption,
  ) {}

  /** Runs `fn` while nothing else changes the record: in this process; with a `lock`, on all instances. */
  runExclusive<T>(id: string, fn: () => Promise<T>): Promise<T> {
    const { lock } = this.options;
    return this.mutex.runExclusive(id, () => (lock ? withLock(lock, lockKey(id), fn) : fn()));
  }

  /**
   * @returns `undefined` if the store has no such record, or none that can be decrypted
   * @throws LogtoException `session_store_unavailable`
   */
  async load(store: Store, id: string): Promise<TokenRecord | undefined> {
    const unsaved = this.unsaved.get(id);
    if (unsaved) this.retrySave(store, id);
    const entry = unsaved ?? (await readEntry(store, tokenRecordKey(id)));
    const stored = entry?.logtoTokens as StoredTokens | undefined;
    return stored && this.encryption.decrypt(id, stored);
  }

  /** @throws LogtoException `session_store_unavailable`; this process then keeps the record in memory and retries */
  async save(request: Request, id: string, record: TokenRecord): Promise<void> {
    const session = request.session as Request['session'] | undefined;
    const lifetime = tokenRecordLifetime(session?.cookie.originalMaxAge);
    const logtoTokens = await this.encryption.encrypt(id, record);
    await this.write(request.sessionStore, id, { cookie: lifetimeCookie(lifetime), logtoTokens });
  }

  /** @throws LogtoException `session_store_unavailable` */
  async delete(store: Store, id: string): Promise<void> {
    this.unsaved.delete(id);
    this.encryption.forget(id);
    await deleteEntry(store, tokenRecordKey(id));
  }

  /**
   * Keeps the record alive as long as the session, by a touch after the response, at most once per tenth of its lifetime.
   * Only for the app's own session: the store of the module's session does it when it loads the session.
   */
  keepAlive(request: Request, record: SessionRecord): void {
    const id = record.tokenRecordId;
    const lifetime = request.session.cookie.originalMaxAge;
    // The session of a socket is not touched either, and must not count as the touch of a request.
    if (!request.res || !this.touchThrottle.isDue(tokenRecordKey(id), lifetime)) return;
    const store = request.sessionStore;
    request.res.once('finish', () => {
      // If the touch fails, the next request tries again.
      void this.extend(store, record, lifetime).catch(() => this.touchThrottle.forget(tokenRecordKey(id)));
    });
  }

  /**
   * Extends the lifetime of a session's token record and index entries.
   * @param lifetime of the session, in milliseconds
   */
  async extend(store: Store, record: SessionRecord, lifetime: number | null): Promise<void> {
    const id = record.tokenRecordId;
    const touch = (key: string): Promise<void> => touchEntry(store, key, tokenRecordLifetime(lifetime));
    const touchTokens = (): Promise<void> => touch(tokenRecordKey(id));
    await Promise.all([
      // A store without `touch` gets a write, which must not overlap with a refresh.
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

  /** Saves a record whose write failed, once nothing else changes it. */
  private retrySave(store: Store, id: string): void {
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

/** The key of the lock of a record. A hash, because logs and dashboards may show it, and they must not show the ID. */
function lockKey(id: string): string {
  return `logto-refresh-${createHash('sha256').update(id).digest('base64url')}`;
}
