import type { SessionRecord } from './session-record.js';
import { indexKeysOf } from './sign-in-index.js';
import { tokenRecordKey } from './token-record.js';

/** The entries that stand beside a session in the store, and have to live as long as it does. */
export function companionKeysOf(record: SessionRecord): string[] {
  return [tokenRecordKey(record.tokens), ...indexKeysOf(record)];
}
