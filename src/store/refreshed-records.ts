import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../bounded-cache.js';
import { isNewer, isSignedIn, type EndedRecord, type SessionRecord } from './session-record.js';
import { SignInEndEvents } from './sign-in-end-events.js';

/**
 * Remembers the newest record of each sign-in that this process has refreshed. A request that began before the refresh
 * has an older record in its session, which it must neither use nor store again.
 */
@Injectable()
export class RefreshedRecords {
  private readonly records = new BoundedCache<SessionRecord | EndedRecord>({ max: 10_000 });

  constructor(private readonly ends: SignInEndEvents) {}

  /** Remembers a record as the newest one. @param tokenRecordId the ID of the token record */
  remember(tokenRecordId: string, record: SessionRecord | EndedRecord): void {
    this.records.set(tokenRecordId, record);
    if (!isSignedIn(record)) this.ends.emit(tokenRecordId);
  }

  /** The newest known record of the same sign-in. */
  newest(record: SessionRecord): SessionRecord | EndedRecord {
    const known = this.records.get(record.tokenRecordId);
    if (known === undefined) return record;
    return !isSignedIn(known) || isNewer(known, record) ? known : record;
  }
}
