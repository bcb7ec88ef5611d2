import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { LogtoException } from '../logto.exceptions.js';
import { BoundedMap } from './bounded-map.js';
import { Serial } from './serial.js';
import type { SessionRecord } from './session-record.js';
import { lifetimeCookie, readEntry, writeEntry, type StoreEntry } from './store-access.js';
import { tokenRecordLifetime } from './token-record.js';
import type { Tombstones } from './tombstones.js';

/** What is marked as ended when Logto's session ends. */
export function sidMark(sid: string): string {
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

/** Whom the sign-ins of one entry belong to: Logto's session, or a user. */
export type IndexSubject = { sid: string } | { sub: string };

/** How many sign-ins one entry holds at most: the newest. */
const maxSignIns = 200;

/** How often a write is looked after that another instance overtook. */
const attempts = 4;

/**
 * Which sessions belong to which user, and to which session at Logto, in the session store: a logout token
 * names those, and no store can be searched for them.
 */
export class SignInIndex {
  private readonly serial = new Serial();
  /** Which sign-in this process has entered a session's id for. */
  private readonly entered = new BoundedMap<string, string>(10_000);

  constructor(private readonly tombstones: Tombstones) {}

  /**
   * Enters a sign-in before its session is stored, and forgets the one that it supersedes.
   * @throws LogtoException `invalid_grant` when Logto's session has ended meanwhile
   */
  async enter(
    request: Request,
    record: SessionRecord,
    sessionId: string,
    superseded: SessionRecord | undefined,
  ): Promise<void> {
    const store = request.sessionStore;
    const lifetime = request.session.cookie.originalMaxAge;
    if (superseded) await this.leave(store, superseded, lifetime);
    await this.addTo(store, record, sessionId, lifetime);
    // A logout token may have come between the code and now, when there was nothing to end yet.
    if (record.sid !== undefined && (await this.tombstones.has(store, sidMark(record.sid)))) {
      throw new LogtoException('invalid_grant', 'The sign-in has ended at Logto. Sign in again.', {
        status: 401,
      });
    }
  }

  /** Enters a session that is stored under another id than its sign-in was: an app may give it a new one. */
  async follow(
    store: Store,
    record: SessionRecord,
    sessionId: string,
    lifetime: number | null,
  ): Promise<void> {
    if (this.entered.get(sessionId) !== record.tokens) await this.addTo(store, record, sessionId, lifetime);
  }

  /** Forgets a sign-in that has ended. */
  async leave(store: Store, { claims, sid, tokens }: SessionRecord, lifetime: number | null): Promise<void> {
    await this.remove(store, { sub: claims.sub }, [tokens], lifetime);
    if (sid !== undefined) await this.remove(store, { sid }, [tokens], lifetime);
  }

  /** @param lifetime of the session, in milliseconds; `null` leaves it to the store */
  private async addTo(
    store: Store,
    { claims, sid, tokens, signedInAt }: SessionRecord,
    session: string,
    lifetime: number | null,
  ): Promise<void> {
    const subjects = [{ sub: claims.sub }, ...(sid === undefined ? [] : [{ sid }])];
    for (const subject of subjects) {
      await this.change(store, subject, lifetime, (known) =>
        known.some((signIn) => signIn.tokens === tokens && signIn.session === session)
          ? undefined
          : [...known, { session, tokens, at: signedInAt }].slice(-maxSignIns),
      );
    }
    this.entered.set(session, tokens);
  }

  private async remove(
    store: Store,
    subject: IndexSubject,
    tokens: readonly string[],
    lifetime: number | null,
  ): Promise<void> {
    await this.change(store, subject, lifetime, (known) =>
      known.some((signIn) => tokens.includes(signIn.tokens))
        ? known.filter((signIn) => !tokens.includes(signIn.tokens))
        : undefined,
    );
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
    return this.serial.run(key, async () => {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const changed = next(signInsOf(await readEntry(store, key)));
        if (!changed) return;
        const entry = {
          cookie: lifetimeCookie(tokenRecordLifetime(lifetime)),
          logtoSignIns: changed,
        } as unknown as StoreEntry;
        await writeEntry(store, key, entry);
      }
    });
  }
}

/** Where an entry stands in the store; a hash, so that a list of the keys names no user. */
function indexKey(subject: IndexSubject): string {
  const name = 'sid' in subject ? `sid ${subject.sid}` : `sub ${subject.sub}`;
  return `logto-sign-ins-${createHash('sha256').update(name).digest('base64url')}`;
}

/** The entries that a sign-in is in. */
export function indexKeysOf({ claims, sid }: SessionRecord): string[] {
  return [indexKey({ sub: claims.sub }), ...(sid === undefined ? [] : [indexKey({ sid })])];
}

function signInsOf(entry: StoreEntry | undefined): readonly IndexedSignIn[] {
  return Array.isArray(entry?.logtoSignIns) ? (entry.logtoSignIns as IndexedSignIn[]) : [];
}
