import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isNewer, isSignedIn, type EndedRecord, type SessionRecord } from './session-record.js';
import { SignInEndEvents } from './sign-in-end-events.js';

/**
 * Records that were refreshed in this process, for the requests that began before: they hold the older record
 * in their session, and must neither decide by it nor store it again.
 */
@Injectable()
export class RefreshedRecords {
  private readonly records = new LRUCache<string, SessionRecord | EndedRecord>({ max: 10_000 });

  constructor(private readonly ends: SignInEndEvents) {}

  remember(tokens: string, record: SessionRecord | EndedRecord): void {
    this.records.set(tokens, record);
    if (!isSignedIn(record)) this.ends.emit(tokens);
  }

  /** The newest record known of the same sign-in. */
  newest(record: SessionRecord): SessionRecord | EndedRecord {
    const known = this.records.get(record.tokens);
    if (known === undefined) return record;
    return !isSignedIn(known) || isNewer(known, record) ? known : record;
  }
}
