import type { Request } from 'express';
import { SessionLifetime } from '../../session/session-lifetime.js';
import { endedRecord, isSignedIn, type EndedRecord, type SessionRecord } from '../../store/session-record.js';
import { Sessions } from '../../session/sessions.js';
import { RefreshedRecords } from '../../store/refreshed-records.js';
import { SignInEnds } from '../../store/sign-in-ends.js';
import { SignInIndex } from '../../store/sign-in-index.js';
import { StoreGuard } from '../../store/store-guard.js';
import { Tombstones } from '../../store/tombstones.js';
import type { TestSignIn } from '../logto-test-user.js';
import type { StandInLogto } from './stand-in-logto.js';
import type { StandInTokenRecords } from './stand-in-token-records.js';
import type { TestVisitors } from '../test-visitors.js';

/** What `Sessions` is made of, beside the options. */
export const sessionParts = [
  SessionLifetime,
  StoreGuard,
  Tombstones,
  SignInEnds,
  RefreshedRecords,
  SignInIndex,
] as const;

export type SessionParts =
  ConstructorParameters<typeof Sessions> extends [unknown, ...infer Parts] ? Parts : never;

/**
 * Sessions in which the users of a test are signed in: for the one request, the stored session and its cookie
 * know nothing of it.
 */
export class StandInSessions extends Sessions {
  private readonly told = new WeakMap<Request, SessionRecord | EndedRecord | 'nobody'>();
  private readonly lifetimeInTests: SessionLifetime;

  constructor(
    private readonly logto: StandInLogto,
    private readonly records: StandInTokenRecords,
    private readonly visitors: TestVisitors,
    ...parts: SessionParts
  ) {
    super(logto.options, ...parts);
    [this.lifetimeInTests] = parts;
  }

  override trace(request: Request): SessionRecord | EndedRecord | undefined {
    if (!this.find(request) || !this.logto.options.client) return undefined;
    let record = this.told.get(request);
    if (record === undefined) {
      const visitor = this.visitors.of(request);
      if (!visitor) return super.trace(request);
      record = visitor.signIn?.as === 'session' ? this.signedIn(visitor.signIn) : 'nobody';
      this.told.set(request, record);
    }
    if (record === 'nobody') return undefined;
    return isSignedIn(record) ? this.refreshed.newest(record) : record;
  }

  /** The store knows nothing of the sign-ins of a test. */
  override async stored(request: Request, record: SessionRecord): Promise<SessionRecord | undefined> {
    const told = this.told.get(request);
    return told === undefined ? super.stored(request, record) : record;
  }

  override disregard(request: Request): void {
    this.told.set(request, 'nobody');
    super.disregard(request);
  }

  override async end(request: Request): Promise<void> {
    await super.end(request);
    this.told.set(request, 'nobody');
  }

  private signedIn(signIn: TestSignIn): SessionRecord | EndedRecord {
    const claims = this.logto.claims(signIn);
    const now = Date.now();
    const record: SessionRecord = {
      claims,
      tokens: this.records.begin(signIn),
      signedInAt: now - (signIn.signedInAgo ?? 0) * 1000,
      checkedAt: now,
      seenAt: now,
      ...(claims.sid === undefined ? {} : { sid: claims.sid }),
      ...(claims.auth_time === undefined ? {} : { authTime: claims.auth_time }),
      completed: [],
    };
    return signIn.expired || this.lifetimeInTests.isOver(record) ? endedRecord(record) : record;
  }
}
