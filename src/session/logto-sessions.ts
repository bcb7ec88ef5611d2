import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { PatchedStores } from '../store/patched-stores.js';
import { isSignedIn, type SessionRecord } from '../store/session-record.js';
import { type IndexedSignIn, SignInIndex, type IndexSubject } from '../store/sign-in-index.js';
import { unchangedCookie } from '../store/store-access.js';
import { indexedRecord } from '../store/stored-sign-in.js';
import { UserMarks } from '../store/user-marks.js';
import { SessionStoreLocator } from './session-store-locator.js';
import type { LogtoSession, LogtoSessionEndOptions, LogtoSessionSubject } from './logto-session.js';
import { SessionEnd } from './session-end.js';
import { SessionLifetime } from './session-lifetime.js';
import { Sessions } from './sessions.js';
import { signInClient } from './sign-in-client.js';

interface StoredSession {
  readonly record: SessionRecord;
  /** Every entry of the sign-in: the app may have changed the session's ID. */
  readonly entries: IndexedSignIn[];
}

interface FoundSessions {
  readonly stored: readonly StoredSession[];
  /** Entries without a session: of those that have ended, and of sign-ins that are being stored. */
  readonly withoutSession: readonly IndexedSignIn[];
}

/** How long a session may take from its start until it is stored, in milliseconds. */
const maxStartTime = 60_000;

/**
 * The sessions of users in this app, on all instances. Sessions at Logto continue: end those with Logto's Management API.
 * The newest 200 sessions of a user are known.
 */
@Injectable()
export class LogtoSessions {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly storeLocator: SessionStoreLocator,
    private readonly sessions: Sessions,
    private readonly sessionEnd: SessionEnd,
    private readonly lifetime: SessionLifetime,
    private readonly index: SignInIndex,
    private readonly stores: PatchedStores,
    private readonly marks: UserMarks,
  ) {}

  /**
   * The sessions of a user, the newest first.
   * @param request the request whose session is the `current` one. An app that mounts its own session has to pass one
   * until the first request with that session
   * @throws LogtoException `session_store_unknown`, `session_store_unavailable` or `session_not_configured`
   */
  async find(subject: LogtoSessionSubject, request?: Request): Promise<LogtoSession[]> {
    const current = request && this.sessions.record(request)?.tokenRecordId;
    const hasIdleTimeout = this.options.lifetime.idle !== undefined;
    const { stored } = await this.findStored(this.storeLocator.require(request), subject);
    return stored.map(({ record }) => ({
      id: publicIdOf(record),
      sub: record.claims.sub,
      ...(record.sid === undefined ? {} : { sid: record.sid }),
      signedInAt: new Date(record.signedInAt),
      ...(hasIdleTimeout && { lastSeenAt: new Date(record.seenAt ?? record.signedInAt) }),
      current: record.tokenRecordId === current,
    }));
  }

  /**
   * Ends sessions on every instance, as a sign-out does: a slow request cannot restore them, and open sockets and streams
   * are notified (on other instances within ten seconds). With `sub`, a sign-in that is in progress ends, too. The tokens are
   * deleted, but not revoked at Logto, where sessions of one browser share a grant.
   * @param options `except` is a request whose session stays: "sign out everywhere else". In an `@OnSignIn()` hook, it is
   * the request of the event, so that the sign-in continues
   * @returns how many sessions have ended
   * @throws LogtoException as {@link find}
   */
  async end(
    subject: LogtoSessionSubject,
    { except, request = except, reason = 'revoked' }: LogtoSessionEndOptions = {},
  ): Promise<number> {
    const store = this.storeLocator.require(request);
    const keptTokens = except && this.sessions.record(except)?.tokenRecordId;
    // The mark comes first, because a sign-in that is being finished checks for it. The mark would end every such sign-in,
    // so it is not set for a hook that ends all sessions except that of its own sign-in.
    const keepsSignIn = except !== undefined && this.marks.isSigningIn(except);
    if (subject.sub !== undefined && subject.id === undefined && !keepsSignIn)
      await this.marks.set(store, 'ended', subject.sub);
    const { stored, withoutSession } = await this.findStored(store, subject);
    const ending = stored.filter(({ record }) => record.tokenRecordId !== keptTokens);
    // The session that stays may have another entry, if the app has changed its ID.
    const starting = withoutSession.filter(
      ({ at, tokenRecordId }) => at > Date.now() - maxStartTime && tokenRecordId !== keptTokens,
    );
    const ended = await Promise.all([
      ...ending.map(({ record, entries }) => this.sessionEnd.endIndexed(store, entries, record.claims.sub)),
      ...(subject.id === undefined ? [this.sessionEnd.endIndexed(store, starting, subject.sub)] : []),
    ]);
    await this.sessionEnd.runHooks(ended.flat(), reason);
    return ending.length;
  }

  /**
   * Makes the next request of each session refresh its claims and tokens at Logto, on every instance: after a change of
   * roles, organizations or the profile. With `sub`, a sign-in that is in progress counts, so an `@OnSignIn()` hook may call
   * it.
   * @returns how many sessions will refresh
   * @throws LogtoException as {@link find}
   */
  async refreshClaims(subject: LogtoSessionSubject, request?: Request): Promise<number> {
    const store = this.storeLocator.require(request);
    if (subject.sub !== undefined && subject.id === undefined)
      await this.marks.set(store, 'changed', subject.sub);
    const { stored } = await this.findStored(store, subject);
    const outdatedSince = Date.now();
    await Promise.all(
      stored.flatMap(({ entries }) =>
        entries.map(({ session, tokenRecordId }) =>
          this.stores.update(store, session, tokenRecordId, (latest) =>
            isSignedIn(latest.logto) && latest.logto.tokenRecordId === tokenRecordId
              ? {
                  ...latest,
                  cookie: unchangedCookie(latest.cookie),
                  logto: { ...latest.logto, outdatedSince },
                }
              : undefined,
          ),
        ),
      ),
    );
    return stored.length;
  }

  private async findStored(store: Store, subject: LogtoSessionSubject): Promise<FoundSessions> {
    const entries = await this.index.find(store, this.indexSubjectOf(subject));
    const read = await Promise.all(
      entries.map(async (entry) => ({ entry, record: await indexedRecord(store, entry) })),
    );
    const found = new Map<string, StoredSession>();
    const withoutSession: IndexedSignIn[] = [];
    for (const { entry, record } of read) {
      const known = found.get(entry.tokenRecordId);
      if (!record) withoutSession.push(entry);
      else if (known) known.entries.push(entry);
      else if (isOf(subject, record) && !this.lifetime.isExpired(record))
        found.set(entry.tokenRecordId, { record, entries: [entry] });
    }
    const stored = [...found.values()].toSorted(
      (one, other) => other.record.signedInAt - one.record.signedInAt,
    );
    return { stored, withoutSession };
  }

  private indexSubjectOf({ sub, sid, id }: LogtoSessionSubject): IndexSubject {
    const application = signInClient(this.options).appId;
    if (sid !== undefined) return { application, sid };
    return { application, sub: id === undefined ? sub : userOf(id) };
  }
}

function isOf({ id, sub }: LogtoSessionSubject, record: SessionRecord): boolean {
  return (id === undefined || id === publicIdOf(record)) && (sub === undefined || sub === record.claims.sub);
}

/** A public ID with the user in it, because sessions can only be found by user. The rest cannot be guessed. */
function publicIdOf({ tokenRecordId, claims: { sub } }: SessionRecord): string {
  const hash = createHash('sha256').update(tokenRecordId).digest('base64url').slice(0, 22);
  return `${hash}.${Buffer.from(sub).toString('base64url')}`;
}

function userOf(publicId: string): string {
  return Buffer.from(publicId.slice(publicId.indexOf('.') + 1), 'base64url').toString();
}
