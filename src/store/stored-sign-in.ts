import type { Request } from 'express';
import { isSignedIn, type SessionRecord } from './session-record.js';
import type { SignInIndex } from './sign-in-index.js';
import { readEntry, unwrapStore } from './store-access.js';

/**
 * A sign-in as it is stored now, which another instance may have changed or ended. Reading it does not prolong the
 * session: nobody uses it by leaving a stream open.
 * @returns `undefined` for one that is in no session any more
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
    return isSignedIn(stored) && stored.tokens === record.tokens ? stored : undefined;
  };
  const found = await read(sessionID);
  if (found) return found;
  // An app may have given its session another id.
  for (const id of await index.sessionIdsOf(store, record)) {
    const moved = id === sessionID ? undefined : await read(id);
    if (moved) return moved;
  }
  return undefined;
}
