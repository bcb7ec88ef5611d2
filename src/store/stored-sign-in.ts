import type { Request } from 'express';
import type { Store } from 'express-session';
import { isSignedIn, type SessionRecord } from './session-record.js';
import type { IndexedSignIn, SignInIndex } from './sign-in-index.js';
import { readEntry, unwrapStore } from './store-access.js';

/**
 * The record of a sign-in in the index.
 * @returns `undefined` if its session has ended, or is not stored yet
 * @throws LogtoException `session_store_unavailable`
 */
export async function indexedRecord(
  store: Store,
  { session, tokenRecordId }: Pick<IndexedSignIn, 'session' | 'tokenRecordId'>,
): Promise<SessionRecord | undefined> {
  const stored = (await readEntry(store, session))?.logto;
  return isSignedIn(stored) && stored.tokenRecordId === tokenRecordId ? stored : undefined;
}

/**
 * Reads a sign-in from the store, where another instance may have changed or ended it. Does not extend the session,
 * because an open stream is not activity of the user.
 * @returns `undefined` if no session holds the sign-in any more
 * @throws LogtoException `session_store_unavailable`
 */
export async function storedSignIn(
  { sessionStore, sessionID }: Request,
  record: SessionRecord,
  index: SignInIndex,
): Promise<SessionRecord | undefined> {
  const store = unwrapStore(sessionStore);
  const { tokenRecordId } = record;
  const found = await indexedRecord(store, { session: sessionID, tokenRecordId });
  if (found) return found;
  // The app may have changed the session's ID.
  for (const id of await index.sessionIdsOf(store, record)) {
    const moved = id === sessionID ? undefined : await indexedRecord(store, { session: id, tokenRecordId });
    if (moved) return moved;
  }
  return undefined;
}
