import type { LocalUser } from '../hooks/local-user.js';
import type { IdTokenClaims } from '../oidc/claims.js';

/** What every request needs of a sign-in, in the session under `logto`. Tokens are stored separately. */
export interface SessionRecord {
  readonly claims: IdTokenClaims;
  /** Id of the token record. */
  readonly tokenRecordId: string;
  /** When the user signed in here, in milliseconds since 1970. */
  readonly signedInAt: number;
  /** When Logto last confirmed the claims, in milliseconds since 1970. */
  readonly checkedAt: number;
  /** When the app learned that the user has changed at Logto, in milliseconds since 1970. Removed by the next refresh. */
  readonly outdatedSince?: number;
  /** When the user was last active, in milliseconds since 1970; only with `lifetime.idle`. */
  readonly seenAt?: number;
  /** Id of the session at Logto, kept when a refreshed ID token has none. */
  readonly sid?: string;
  /** When the user signed in at Logto, in seconds since 1970, kept when the claims are refreshed. */
  readonly authTime?: number;
  /** The app's own user, as its resolver has returned it. */
  readonly localUser?: LocalUser;
  /** Whether the resolver has failed at the last refresh, so that `localUser` is older than the claims. */
  readonly isLocalUserStale?: boolean;
  /** The last sign-ins that were finished in this session, to distinguish a reloaded callback from a forged one. */
  readonly completed: readonly string[];
}

/** What the session keeps of a sign-in that has ended: whose it was, so that no other user inherits the session's data. */
export interface EndedRecord {
  readonly ended: true;
  readonly sub: string;
  readonly completed: readonly string[];
}

declare module 'express-session' {
  interface SessionData {
    /** Written by nestjs-logto; read it through `LogtoService`. */
    logto?: SessionRecord | EndedRecord;
  }
}

/** Whether the user of a record is still signed in. */
export function isSignedIn(record: SessionRecord | EndedRecord | undefined): record is SessionRecord {
  return record !== undefined && !('ended' in record) && typeof record.tokenRecordId === 'string';
}

/**
 * The record in place of the sign-in of another tenant or application that shares the store and the secret: it counts as
 * an ended sign-in of another user.
 */
export const foreignRecord: EndedRecord = { ended: true, sub: '', completed: [] };

/** The user ID of a record. */
export function subjectOf(record: SessionRecord | EndedRecord): string {
  return isSignedIn(record) ? record.claims.sub : record.sub;
}

/** Whether a record is newer than another one of the same sign-in. */
export function isNewer(one: SessionRecord, other: SessionRecord): boolean {
  if (one.tokenRecordId !== other.tokenRecordId) return false;
  const [changeOfOne, changeOfOther] = [lastChangeOf(one), lastChangeOf(other)];
  if (changeOfOne !== changeOfOther) return changeOfOne > changeOfOther;
  return (one.seenAt ?? 0) > (other.seenAt ?? 0);
}

function lastChangeOf({ checkedAt, outdatedSince = 0 }: SessionRecord): number {
  return Math.max(checkedAt, outdatedSince);
}

/** The record that replaces one whose sign-in has ended. */
export function endedRecord(record: SessionRecord): EndedRecord {
  return { ended: true, sub: record.claims.sub, completed: record.completed };
}
