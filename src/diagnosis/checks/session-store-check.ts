import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Store } from 'express-session';
import { LogtoException } from '../../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { memoryStoreWarning } from '../../session/session-warnings.js';
import { deleteEntry, lifetimeCookie, ownEntryKey, readEntry, writeEntry } from '../../store/store-access.js';
import {
  skipped,
  skippedForOwnSession,
  skippedWithoutSignIn,
  type LogtoDiagnosisCheck,
} from './logto-diagnosis-check.js';

/** How long the entry of the check may stay if it cannot be deleted, in milliseconds. */
const lifetime = 60_000;

/** Checks that the session store, such as Redis, keeps what is written to it. */
@Injectable()
export class SessionStoreCheck {
  private readonly name = 'Session store';

  constructor(private readonly options: ResolvedLogtoOptions) {}

  async run(): Promise<LogtoDiagnosisCheck> {
    const { client, session } = this.options;
    const { name } = this;
    if (!client) return skippedWithoutSignIn(name);
    if (!session) return skippedForOwnSession(name);
    if (!session.store) return skipped(name, 'Sessions are kept in the memory of the app.');
    const base = { name, asked: `Write, read and delete an entry in ${session.store.constructor.name}` };
    try {
      if (!(await keepsEntries(session.store))) {
        const remedy =
          'The store does not keep what is written to it. Check its database, and its options for the lifetime.';
        return { ...base, status: 'failed', answer: 'the entry could not be read back', remedy };
      }
    } catch (error) {
      const answer = error instanceof LogtoException ? reasonOf(error) : 'no response';
      const remedy = 'Start the database of the store, and check its address and credentials.';
      return { ...base, status: 'failed', answer, remedy };
    }
    const remedy = memoryStoreWarning(session.store);
    const answer = 'it keeps entries';
    return remedy === undefined
      ? { ...base, status: 'ok', answer }
      : { ...base, status: 'warning', answer: 'it keeps entries, in memory', remedy };
  }
}

/** Whether the store returns an entry that was written to it. */
async function keepsEntries(store: Store): Promise<boolean> {
  const key = ownEntryKey('diagnosis', randomUUID());
  await writeEntry(store, key, { cookie: lifetimeCookie(lifetime) });
  const entry = await readEntry(store, key);
  await deleteEntry(store, key);
  return entry !== undefined;
}

/** The message of the store's own error, of which the exception has a redacted copy. */
function reasonOf({ cause, message }: LogtoException): string {
  const { message: reason, code } = (cause ?? {}) as { message?: unknown; code?: unknown };
  const text = typeof reason === 'string' && reason !== '' ? reason : message;
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}
