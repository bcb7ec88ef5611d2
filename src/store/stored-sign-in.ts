import type { Request } from 'express';
import { isSignedIn, type SessionRecord } from './session-record.js';
import type { SignInIndex } from './sign-in-index.js';
import { readEntry, unwrapStore } from './store-access.js';

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
  const read = async (id: string): Promise<SessionRecord | undefined> => {
    const stored = (await readEntry(store, id))?.logto;
    return isSignedIn(stored) && stored.tokenRecordId === record.tokenRecordId ? stored : undefined;
  };
  const found = await read(sessionID);
  if (found) return found;
  // The app may have changed the session's id.
  for (const id of await index.sessionIdsOf(store, record)) {
    const moved = id === sessionID ? undefined : await read(id);
    if (moved) return moved;
  }
  return undefined;
}
