import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Hooks } from '../hooks/hooks.js';
import { RefreshedRecords } from '../store/refreshed-records.js';
import { endedRecord, type EndedRecord, type SessionRecord } from '../store/session-record.js';
import { readEntry } from '../store/store-access.js';
import { tokenRecordKey } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { Tombstones } from '../store/tombstones.js';

/** Ends sign-ins whose lifetime has expired. */
@Injectable()
export class SessionExpiry {
  constructor(
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly records: TokenRecords,
    private readonly hooks: Hooks,
  ) {}

  /** Ends a sign-in at once. The request does not wait until its tokens are deleted and the hooks have run. */
  end(request: Request, record: SessionRecord, reason: 'absolute' | 'idle'): EndedRecord {
    const ended = endedRecord(record);
    this.refreshed.remember(record.tokenRecordId, ended);
    // The sign-in has ended even if the store fails: the tokens in it expire anyway.
    this.cleanUp(request, record, reason).catch(() => undefined);
    return ended;
  }

  private async cleanUp(request: Request, record: SessionRecord, reason: 'absolute' | 'idle'): Promise<void> {
    const { sessionStore: store } = request;
    const { tokenRecordId, claims, sid } = record;
    const key = tokenRecordKey(tokenRecordId);
    // Another instance that has noticed the end has deleted the tokens already.
    const isFirst =
      this.hooks.has('signOut') && (await readEntry(store, key).catch(() => undefined)) !== undefined;
    await this.tombstones.mark(store, [tokenRecordId, key]);
    await this.records.delete(store, tokenRecordId);
    if (isFirst) await this.hooks.signOut(tokenRecordId, { sub: claims.sub, sid, reason, request });
  }
}
