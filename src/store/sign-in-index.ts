import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { BoundedCache } from '../bounded-cache.js';
import { LogtoException } from '../logto.exceptions.js';
import { KeyedMutex } from '../concurrency/keyed-mutex.js';
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

/** The ID that gets a tombstone when a session at Logto ends. */
export function logtoSessionTombstone(sid: string): string {
  return `sid ${sid}`;
}

/** A sign-in in the index. */
export interface IndexedSignIn {
  /** Id of the session. */
  readonly session: string;
  /** Id of the token record. */
  readonly tokenRecordId: string;
  /** When the user signed in here, in milliseconds since 1970. */
  readonly at: number;
}

/** Whose sign-ins an entry lists: those of a user or of a session at Logto, in one of the applications that share a store. */
export interface IndexSubject {
  readonly application: string;
  readonly sid?: string;
  readonly sub?: string;
}

/** How many sign-ins an entry lists at most: the newest ones. */
const maxSignIns = 200;

/** How many times to try a write that another instance keeps overwriting. */
const maxAttempts = 4;

/**
 * Lists in the session store which sessions belong to a user and to a session at Logto: a logout token names only those,
 * and express-session's stores have no search.
 */
@Injectable()
export class SignInIndex {
  private readonly mutex = new KeyedMutex();
  /** What this process has listed for a session ID. */
  private readonly listed = new BoundedCache<{ tokenRecordId: string; lifetime: unknown }>({ max: 10_000 });

  constructor(private readonly tombstones: Tombstones) {}

  /**
   * Adds a sign-in before its session is stored, and removes the one that it supersedes.
   * @throws LogtoException `invalid_grant` when the session at Logto has ended in the meantime
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
    // A logout token may have arrived before there was a session to end.
    if (record.sid !== undefined && (await this.tombstones.has(store, logtoSessionTombstone(record.sid)))) {
      throw new LogtoException('invalid_grant', 'The sign-in has ended at Logto. Sign in again.', {
        status: 401,
      });
    }
  }

  /**
   * Adds a session whose ID or lifetime the app has changed.
   * @returns whether there was anything to add
   */
  async track(
    store: Store,
    record: SessionRecord,
    sessionId: string,
    lifetime: number | null,
  ): Promise<boolean> {
    const known = this.listed.get(sessionId);
    if (known?.tokenRecordId === record.tokenRecordId && isSameLifetime(known.lifetime, lifetime))
      return false;
    await this.addSession(store, record, sessionId, lifetime);
    return true;
  }

  /** Removes a sign-in that has ended. */
  async remove(store: Store, record: SessionRecord, lifetime: number | null): Promise<void> {
    for (const subject of subjectsOf(record)) {
      await this.change(store, subject, lifetime, (known) => {
        const others = known.filter(({ tokenRecordId }) => tokenRecordId !== record.tokenRecordId);
        return others.length < known.length ? others : undefined;
      });
    }
  }

  /** The sign-ins of a user or of a session at Logto. */
  async find(store: Store, subject: IndexSubject): Promise<readonly IndexedSignIn[]> {
    return signInsOf(await readEntry(store, indexKey(subject)));
  }

  /**
   * Whether a user or a session at Logto has an entry. It remains when all its sign-ins have ended, until the longest of
   * them would have expired.
   */
  async hasEntry(store: Store, subject: IndexSubject): Promise<boolean> {
    return (await readEntry(store, indexKey(subject))) !== undefined;
  }

  /** The IDs of the sessions that hold a sign-in. */
  async sessionIdsOf(store: Store, record: SessionRecord): Promise<readonly string[]> {
    const [ofUser] = subjectsOf(record);
    const signIns = ofUser ? await this.find(store, ofUser) : [];
    return signIns
      .filter(({ tokenRecordId }) => tokenRecordId === record.tokenRecordId)
      .map(({ session }) => session);
  }

  /** Lists a session. @param lifetime of the session, in milliseconds; `null`: the store decides */
  private async addSession(
    store: Store,
    record: SessionRecord,
    session: string,
    lifetime: number | null,
  ): Promise<void> {
    const { tokenRecordId, signedInAt } = record;
    for (const subject of subjectsOf(record)) {
      await this.change(store, subject, lifetime, (known) =>
        known.some((signIn) => signIn.tokenRecordId === tokenRecordId && signIn.session === session)
          ? undefined
          : [...known, { session, tokenRecordId, at: signedInAt }].slice(-maxSignIns),
      );
    }
    this.listed.set(session, { tokenRecordId, lifetime });
  }

  /**
   * Writes an entry until the change can be read back: another instance may write it at the same moment, and
   * express-session's stores have no compare-and-set.
   */
  private change(
    store: Store,
    subject: IndexSubject,
    lifetime: number | null,
    next: (known: readonly IndexedSignIn[]) => readonly IndexedSignIn[] | undefined,
  ): Promise<void> {
    const key = indexKey(subject);
    return this.mutex.runExclusive(key, async () => {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const stored = await readEntry(store, key);
        const changed = next(signInsOf(stored));
        if (!changed) return;
        // An entry lives as long as the longest of its sessions.
        const logtoLifetime = Math.max(tokenRecordLifetime(lifetime), longestLifetime(stored));
        const entry: StoreEntry = {
          cookie: lifetimeCookie(logtoLifetime),
          logtoLifetime,
          logtoSignIns: changed,
        };
        await writeEntry(store, key, entry);
      }
    });
  }
}

/** Whether two lifetimes differ by less than a second: express-session recomputes them with each touch. */
function isSameLifetime(one: unknown, other: unknown): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other;
  return Math.abs(one - other) < 1000;
}

function indexKey({ application, sid, sub }: IndexSubject): string {
  return ownEntryKey('sign-ins', `${application} ${sid === undefined ? `sub ${sub}` : `sid ${sid}`}`);
}

/** The keys of the entries that list a sign-in. */
export function indexKeysOf(record: SessionRecord): string[] {
  return subjectsOf(record).map((subject) => indexKey(subject));
}

function subjectsOf({ claims, sid }: SessionRecord): IndexSubject[] {
  // With several audiences, `azp` names the application (OpenID Connect Core 2).
  const application = typeof claims.aud === 'string' ? claims.aud : String(claims.azp);
  return [{ application, sub: claims.sub }, ...(sid === undefined ? [] : [{ application, sid }])];
}

function signInsOf(entry: StoreEntry | undefined): readonly IndexedSignIn[] {
  return Array.isArray(entry?.logtoSignIns) ? (entry.logtoSignIns as IndexedSignIn[]) : [];
}
