import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LocalUsers } from '../../hooks/local-users.js';
import { endedRecord, isSignedIn, type EndedRecord, type SessionRecord } from '../../store/session-record.js';
import { Sessions } from '../../session/sessions.js';
import { TokenRecords } from '../../store/token-records.js';
import type { TestSignIn } from '../logto-test-user.js';
import type { FakeLocalUsers } from './fake-local-users.js';
import { FakeLogto } from './fake-logto.js';
import type { FakeTokenRecords } from './fake-token-records.js';

/** Signs test users in for one request, without changing the stored session and its cookie. */
@Injectable()
export class FakeSessions extends Sessions {
  @Inject(TokenRecords)
  private readonly records!: FakeTokenRecords;

  @Inject(LocalUsers)
  private readonly localUsers!: FakeLocalUsers;

  private readonly logto = FakeLogto.forOptions(this.options);
  private readonly testRecords = new WeakMap<Request, SessionRecord | EndedRecord | 'anonymous'>();

  override lastRecord(request: Request): SessionRecord | EndedRecord | undefined {
    if (!this.find(request) || !this.options.client) return undefined;
    let record = this.testRecords.get(request);
    if (record === undefined) {
      const test = this.logto.signIns.find(request);
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
    return signIn.expired || this.lifetime.isExpired(record) ? endedRecord(record) : record;
  }
}
