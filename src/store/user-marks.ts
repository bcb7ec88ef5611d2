import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { lifetimeCookie, ownEntryKey, readEntry, writeEntry, type StoreEntry } from './store-access.js';

/** How long a sign-in may take from the exchange of its code until its session is stored, in milliseconds. */
const maxSignInTime = 10 * 60_000;

/** `ended`: all sessions of the user have ended. `changed`: their claims are outdated. */
type UserMark = 'changed' | 'ended';

/**
 * Marks users in the session store, for their sign-ins that are in progress on any instance. These have no session yet that
 * could be ended or marked, and hooks may take long.
 */
@Injectable()
export class UserMarks {
  private readonly signingIn = new WeakSet<Request>();

  constructor(private readonly options: ResolvedLogtoOptions) {}

  /** Registers the request of a callback whose code is being exchanged. */
  beginSignIn(request: Request): void {
    this.signingIn.add(request);
  }

  /** Whether a request is that of a callback whose code is being exchanged. */
  isSigningIn(request: Request): boolean {
    return this.signingIn.has(request);
  }

  /** @throws LogtoException `session_store_unavailable` */
  async set(store: Store, mark: UserMark, sub: string): Promise<void> {
    const entry: StoreEntry = { cookie: lifetimeCookie(maxSignInTime), logtoMarkedAt: Date.now() };
    await writeEntry(store, this.keyOf(mark, sub), entry);
  }

  /**
   * When a user was marked, in milliseconds since 1970; `undefined` if that was before `since`.
   * @throws LogtoException `session_store_unavailable`
   */
  async markedSince(store: Store, mark: UserMark, sub: string, since: number): Promise<number | undefined> {
    const markedAt = (await readEntry(store, this.keyOf(mark, sub)))?.logtoMarkedAt;
    return typeof markedAt === 'number' && markedAt >= since ? markedAt : undefined;
  }

  /** The key of a mark. It contains the application, because several may share a store. */
  private keyOf(mark: UserMark, sub: string): string {
    return ownEntryKey(mark, `user ${this.options.client?.appId} ${sub}`);
  }
}
