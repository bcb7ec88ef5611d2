import type { IdTokenClaims } from '../oidc/claims.js';

/** What every request needs of a sign-in, kept in the session under `logto`. Tokens live elsewhere. */
export interface SessionRecord {
  readonly claims: IdTokenClaims;
  /** Id of the token record. */
  readonly tokens: string;
  /** When the user signed in here, in milliseconds since 1970. */
  readonly signedInAt: number;
  /** When Logto last told the claims, in milliseconds since 1970. */
  readonly checkedAt: number;
  /** When the session was last noted to be in use, in milliseconds since 1970; only with `lifetime.idle`. */
  readonly seenAt?: number;
  /** Logto's session, kept over refreshes that do not tell it. */
  readonly sid?: string;
  /** When the user signed in at Logto, in seconds since 1970, kept over refreshes. */
  readonly authTime?: number;
  /** Sign-ins that ended in this session: a reloaded callback is told apart from a forged one. */
  readonly completed: readonly string[];
}

/** What is left of a sign-in that Logto ended: whose it was, so that nobody else inherits the session's data. */
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

/** Whether a record says that somebody is signed in. */
export function isSignedIn(record: SessionRecord | EndedRecord | undefined): record is SessionRecord {
  return record !== undefined && !('ended' in record) && typeof record.tokens === 'string';
}

/**
 * What another tenant's or application's sign-in counts as, where several share a store and a secret: somebody else's
 * that has ended.
 */
export const foreignRecord: EndedRecord = { ended: true, sub: '', completed: [] };

/** Whose record it is. */
export function subjectOf(record: SessionRecord | EndedRecord): string {
  return isSignedIn(record) ? record.claims.sub : record.sub;
}

/** Whether a record of the same sign-in tells more than another. */
export function isNewer(one: SessionRecord, other: SessionRecord): boolean {
  if (one.tokens !== other.tokens) return false;
  if (one.checkedAt !== other.checkedAt) return one.checkedAt > other.checkedAt;
  return (one.seenAt ?? 0) > (other.seenAt ?? 0);
}

/** The trace that an ended sign-in leaves. */
export function endedRecord(record: SessionRecord): EndedRecord {
  return { ended: true, sub: record.claims.sub, completed: record.completed };
}
