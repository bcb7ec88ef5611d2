import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import { LogtoException } from '../logto.exceptions.js';
import { KeyedMutex } from './keyed-mutex.js';
import type { SessionRecord } from './session-record.js';
import {
  lifetimeCookie,
  longestLifetime,
  ownEntryKey,
  readEntry,
  writeEntry,
  type StoreEntry,
} from './store-access.js';
import { tokenRecordLifetime } from './token-record.js';
import { Tombstones } from './tombstones.js';

/** What is marked as ended when Logto's session ends. */
export function logtoSessionTombstone(sid: string): string {
  return `sid ${sid}`;
}

/** A sign-in as the index knows it. */
export interface IndexedSignIn {
  /** The session's id. */
  readonly session: string;
  /** The id of its token record. */
  readonly tokens: string;
  /** When the user signed in here, in milliseconds since 1970. */
  readonly at: number;
}

/** Whom the sign-ins of one entry belong to: Logto's session or a user, of one of the applications that share a store. */
export interface IndexSubject {
  readonly application: string;
  readonly sid?: string;
  readonly sub?: string;
}

/** How many sign-ins one entry holds at most: the newest. */
const maxSignIns = 200;

/** How often a write is looked after that another instance overtook. */
const attempts = 4;

/**
 * Which sessions belong to which user, and to which session at Logto, in the session store: a logout token
 * names those, and no store can be searched for them.
 */
@Injectable()
export class SignInIndex {
  private readonly serial = new KeyedMutex();
  /** Which sign-in this process has entered a session's id for, and how long that session lives. */
  private readonly entered = new LRUCache<string, { tokens: string; lifetime: unknown }>({ max: 10_000 });

  constructor(private readonly tombstones: Tombstones) {}

  /**
   * Enters a sign-in before its session is stored, and forgets the one that it supersedes.
   * @throws LogtoException `invalid_grant` when Logto's session has ended meanwhile
   */
  async add(
    request: Request,
    record: SessionRecord,
    sessionId: string,
    superseded: SessionRecord | undefined,
  ): Promise<void> {
    const store = request.sessionStore;
    const lifetime = request.session.cookie.originalMaxAge;
    if (superseded) await this.remove(store, superseded, lifetime);
    await this.addSession(store, record, sessionId, lifetime);
    // A logout token may have come between the code and now, when there was nothing to end yet.
    if (record.sid !== undefined && (await this.tombstones.has(store, logtoSessionTombstone(record.sid)))) {
      throw new LogtoException('invalid_grant', 'The sign-in has ended at Logto. Sign in again.', {
        status: 401,
      });
    }
  }

  /**
   * Enters a session that is stored under another id than its sign-in was, or with another lifetime: an app may give
   * it new ones.
   * @returns whether there was anything to enter
   */
  async track(
    store: Store,
    record: SessionRecord,
    sessionId: string,
    lifetime: number | null,
  ): Promise<boolean> {
    const known = this.entered.get(sessionId);
    if (known?.tokens === record.tokens && isSameLifetime(known.lifetime, lifetime)) return false;
    await this.addSession(store, record, sessionId, lifetime);
    return true;
  }

  /** Forgets a sign-in that has ended. */
  async remove(store: Store, record: SessionRecord, lifetime: number | null): Promise<void> {
    for (const subject of subjectsOf(record)) {
      await this.change(store, subject, lifetime, (known) =>
        known.some(({ tokens }) => tokens === record.tokens)
          ? known.filter(({ tokens }) => tokens !== record.tokens)
          : undefined,
      );
    }
  }

  /** The sessions that a sign-in is stored in. */
  async sessionIdsOf(store: Store, record: SessionRecord): Promise<readonly string[]> {
    const [ofUser] = subjectsOf(record);
    const entered = ofUser ? await this.find(store, ofUser) : [];
    return entered.filter(({ tokens }) => tokens === record.tokens).map(({ session }) => session);
  }

  /** @param lifetime of the session, in milliseconds; `null` leaves it to the store */
  private async addSession(
    store: Store,
    record: SessionRecord,
    session: string,
    lifetime: number | null,
  ): Promise<void> {
    const { tokens, signedInAt } = record;
    for (const subject of subjectsOf(record)) {
      await this.change(store, subject, lifetime, (known) =>
        known.some((signIn) => signIn.tokens === tokens && signIn.session === session)
          ? undefined
          : [...known, { session, tokens, at: signedInAt }].slice(-maxSignIns),
      );
    }
    this.entered.set(session, { tokens, lifetime });
  }

  async find(store: Store, subject: IndexSubject): Promise<readonly IndexedSignIn[]> {
    return signInsOf(await readEntry(store, indexKey(subject)));
  }

  /**
   * Changes an entry until the change is there to read: another instance may write the same entry at the same
   * moment, and no store of express-session compares before it sets.
   */
  private change(
    store: Store,
    subject: IndexSubject,
    lifetime: number | null,
    next: (known: readonly IndexedSignIn[]) => readonly IndexedSignIn[] | undefined,
  ): Promise<void> {
    const key = indexKey(subject);
    return this.serial.runExclusive(key, async () => {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const stored = await readEntry(store, key);
        const changed = next(signInsOf(stored));
        if (!changed) return;
        // As long as the longest of its sessions.
        const logtoLifetime = Math.max(tokenRecordLifetime(lifetime), longestLifetime(stored));
        const entry = {
          cookie: lifetimeCookie(logtoLifetime),
          logtoLifetime,
          logtoSignIns: changed,
        } as unknown as StoreEntry;
        await writeEntry(store, key, entry);
      }
    });
  }
}

/** With each touch of a session express-session reads its lifetime off the clock, and loses a millisecond now and then. */
function isSameLifetime(one: unknown, other: unknown): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other;
  return Math.abs(one - other) < 1000;
}

/** Where an entry stands in the store. */
function indexKey({ application, sid, sub }: IndexSubject): string {
  return ownEntryKey('sign-ins', `${application} ${sid === undefined ? `sub ${sub}` : `sid ${sid}`}`);
}

/** The entries that a sign-in is in. */
export function indexKeysOf(record: SessionRecord): string[] {
  return subjectsOf(record).map((subject) => indexKey(subject));
}

function subjectsOf({ claims, sid }: SessionRecord): IndexSubject[] {
  // For several audiences at once the authorized party is named (OpenID Connect Core 2).
  const application = typeof claims.aud === 'string' ? claims.aud : String(claims.azp);
  return [{ application, sub: claims.sub }, ...(sid === undefined ? [] : [{ application, sid }])];
}

function signInsOf(entry: StoreEntry | undefined): readonly IndexedSignIn[] {
  return Array.isArray(entry?.logtoSignIns) ? (entry.logtoSignIns as IndexedSignIn[]) : [];
}
