import type { Store } from 'express-session';
import { LogtoException } from '../logto.exceptions.js';
import { settlesWithin } from '../concurrency/settles-within.js';
import type { OperatorLog } from '../operator-log.js';
import type { SessionStoreLocator } from '../session/session-store-locator.js';
import { ownEntryKey, readEntry } from '../store/store-access.js';
import type { LogtoHealth } from './logto-health.js';

/** An entry that does not exist: it only matters that the store responds. */
const key = ownEntryKey('diagnosis', 'health');

/** What a health check reports about the session store. */
export type SessionStoreState = NonNullable<LogtoHealth['sessionStore']>;

/** Reads from the session store. Concurrent probes share one read, even while the store hangs. */
export class SessionStoreProbe {
  private reading: Promise<boolean> | undefined;

  constructor(
    private readonly storeLocator: SessionStoreLocator,
    private readonly log: OperatorLog,
  ) {}

  /** Whether the store responds. @param timeout how long to wait for the store, in milliseconds */
  async state(timeout: number): Promise<SessionStoreState> {
    const store = this.storeLocator.find();
    if (!store) return 'unknown';
    if (this.storeLocator.isDisconnected) return 'down';
    this.reading ??= this.read(store).finally(() => (this.reading = undefined));
    const { reading } = this;
    return (await settlesWithin(reading, timeout)) && (await reading) ? 'up' : 'down';
  }

  private async read(store: Store): Promise<boolean> {
    try {
      await readEntry(store, key);
      return true;
    } catch (error) {
      if (error instanceof LogtoException) this.log.exception(error);
      return false;
    }
  }
}
