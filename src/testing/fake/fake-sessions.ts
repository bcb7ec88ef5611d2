import type { Request } from 'express';
import { PassiveRequests } from '../../request/passive-requests.js';
import { SessionStoreLocator } from '../../session/session-store-locator.js';
import { SessionExpiry } from '../../session/session-expiry.js';
import { SessionLifetime } from '../../session/session-lifetime.js';
import { endedRecord, isSignedIn, type EndedRecord, type SessionRecord } from '../../store/session-record.js';
import { Sessions } from '../../session/sessions.js';
import { RefreshedRecords } from '../../store/refreshed-records.js';
import { SignInIndex } from '../../store/sign-in-index.js';
import { PatchedStores } from '../../store/patched-stores.js';
import type { TestSignIn } from '../logto-test-user.js';
import type { TestSignIns } from '../test-sign-ins.js';
import type { FakeLocalUsers } from './fake-local-users.js';
import type { FakeLogto } from './fake-logto.js';
import type { FakeTokenRecords } from './fake-token-records.js';

/** The dependencies of `Sessions`, besides the options. */
export const sessionParts = [
  SessionStoreLocator,
  SessionLifetime,
  PatchedStores,
  SessionExpiry,
  RefreshedRecords,
  SignInIndex,
  PassiveRequests,
] as const;

export type SessionParts =
  ConstructorParameters<typeof Sessions> extends [unknown, ...infer Parts] ? Parts : never;

/** Signs test users in for one request, without changing the stored session and its cookie. */
export class FakeSessions extends Sessions {
  private readonly testRecords = new WeakMap<Request, SessionRecord | EndedRecord | 'anonymous'>();
  private readonly lifetimeInTests: SessionLifetime;

  constructor(
    private readonly logto: FakeLogto,
    private readonly records: FakeTokenRecords,
    private readonly signIns: TestSignIns,
    private readonly localUsers: FakeLocalUsers,
    ...parts: SessionParts
  ) {
    super(logto.options, ...parts);
    [, this.lifetimeInTests] = parts;
  }

  override lastRecord(request: Request): SessionRecord | EndedRecord | undefined {
    if (!this.find(request) || !this.logto.options.client) return undefined;
    let record = this.testRecords.get(request);
    if (record === undefined) {
      const test = this.signIns.of(request);
      if (!test) return super.lastRecord(request);
      record = test.signIn?.as === 'session' ? this.signedIn(request, test.signIn) : 'anonymous';
      this.testRecords.set(request, record);
    }
    if (record === 'anonymous') return undefined;
    return isSignedIn(record) ? this.refreshed.newest(record) : record;
  }

  /** The store does not contain test sign-ins. */
  override async storedRecord(request: Request, record: SessionRecord): Promise<SessionRecord | undefined> {
    return this.testRecords.has(request) ? record : super.storedRecord(request, record);
  }

  override disregard(request: Request): void {
    this.testRecords.set(request, 'anonymous');
    super.disregard(request);
  }

  private signedIn(request: Request, signIn: TestSignIn): SessionRecord | EndedRecord {
    const claims = this.logto.claims(signIn);
    const localUser = this.localUsers.ofSession(request);
    const now = Date.now();
    const record: SessionRecord = {
      claims,
      tokenRecordId: this.records.begin(signIn),
      signedInAt: now - (signIn.signedInAgo ?? 0) * 1000,
      checkedAt: now,
      seenAt: now,
      ...(claims.sid === undefined ? {} : { sid: claims.sid }),
      ...(claims.auth_time === undefined ? {} : { authTime: claims.auth_time }),
      ...(localUser === undefined ? {} : { localUser }),
      completed: [],
    };
    return signIn.expired || this.lifetimeInTests.isExpired(record) ? endedRecord(record) : record;
  }
}
