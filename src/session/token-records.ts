import type { Request } from 'express';
import type { Store } from 'express-session';
import { BoundedMap } from './bounded-map.js';
import {
  deleteEntry,
  lifetimeCookie,
  prolongedCookie,
  prolongEntry,
  readEntry,
  writeEntry,
} from './store-access.js';
import { tokenRecordKey, type TokenRecord } from './token-record.js';
import type { Touches } from './touches.js';

/**
 * Tokens of sign-ins, each an entry of its own in the session store: an unrelated write of a session can never
 * put an old refresh token back, and what every request reads stays small.
 */
export class TokenRecords {
  /** Records whose write failed: the only place where a rotated refresh token still is. */
  private readonly unsaved = new BoundedMap<string, TokenRecord>(10_000);

  constructor(private readonly touches: Touches) {}

  /** @throws LogtoException `session_store_unavailable` */
  async load(store: Store, id: string): Promise<TokenRecord | undefined> {
    const unsaved = this.unsaved.get(id);
    if (unsaved) return unsaved;
    const entry = await readEntry(store, tokenRecordKey(id));
    return entry?.logtoTokens as TokenRecord | undefined;
  }

  /** @throws LogtoException `session_store_unavailable`; this process then goes on with what it could not save */
  async save(request: Request, id: string, record: TokenRecord): Promise<void> {
    this.unsaved.set(id, record);
    await writeEntry(request.sessionStore, tokenRecordKey(id), entryOf(request, record));
    this.unsaved.delete(id);
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
  keepAlive(request: Request, id: string): void {
    const lifetime = request.session.cookie.originalMaxAge;
    if (!this.touches.isDue(tokenRecordKey(id), lifetime)) return;
    const store = request.sessionStore;
    const key = tokenRecordKey(id);
    const touch = async (): Promise<void> => {
      const entry = await readEntry(store, key);
      if (entry) await prolongEntry(store, key, { ...entry, cookie: prolongedCookie(entry.cookie) });
    };
    // A touch that fails is made up for by the next one.
    request.res?.once('finish', () => void touch().catch(() => this.touches.forget(key)));
  }
}

function entryOf(request: Request, record: TokenRecord): Parameters<typeof writeEntry>[2] {
  const lifetime = (request.session as Request['session'] | undefined)?.cookie.originalMaxAge ?? null;
  return { cookie: lifetimeCookie(lifetime), logtoTokens: record } as Parameters<typeof writeEntry>[2];
}
