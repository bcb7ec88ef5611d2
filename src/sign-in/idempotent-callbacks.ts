import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { BoundedCache } from '../bounded-cache.js';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import {
  lifetimeCookie,
  ownEntryKey,
  readEntry,
  writeEntry,
  type StoreEntry,
} from '../store/store-access.js';
import { withLock } from '../store/with-lock.js';
import type { CallbackOutcome } from './code-exchange.js';
import { restoreException, storeException, type StoredException } from './stored-exception.js';

/** How long the outcome of a callback is remembered, in milliseconds. */
const outcomeLifetime = 60_000;

/**
 * Makes callbacks idempotent: a repeated callback gets the outcome of the first one, because Logto revokes the whole
 * grant if a code is used twice. Within this process; with a `lock`, on every instance.
 */
@Injectable()
export class IdempotentCallbacks {
  private readonly outcomes = new BoundedCache<Promise<CallbackOutcome>>({
    max: 10_000,
    ttl: outcomeLifetime,
  });

  constructor(private readonly options: ResolvedLogtoOptions) {}

  /**
   * Runs an exchange, or returns the outcome of an earlier one.
   * @param key identifies the callback
   */
  async run(
    request: Request,
    key: string,
    exchange: () => Promise<CallbackOutcome>,
  ): Promise<{ outcome: CallbackOutcome; isRepeated: boolean }> {
    const earlier = this.outcomes.get(key);
    if (earlier) return { outcome: await earlier, isRepeated: true };
    const outcome = this.runOnceAcrossInstances(request, key, exchange);
    this.outcomes.set(key, outcome);
    return { outcome: await outcome, isRepeated: false };
  }

  /** Runs an exchange under the `lock`, and stores the outcome in the session store for the other instances. */
  private async runOnceAcrossInstances(
    request: Request,
    key: string,
    exchange: () => Promise<CallbackOutcome>,
  ): Promise<CallbackOutcome> {
    const { lock } = this.options;
    if (!lock) return exchange();
    const entryKey = ownEntryKey('callback', key);
    const store = request.sessionStore;
    return withLock(lock, entryKey, async () => {
      const known = (await readEntry(store, entryKey))?.logtoCallback as StoredOutcome | undefined;
      if (known) return outcomeOf(known);
      const outcome = await settle(exchange);
      const entry: StoreEntry = {
        cookie: lifetimeCookie(outcomeLifetime),
        logtoCallback: outcome,
      };
      // The outcome is final, even if it cannot be stored for the other instances.
      await writeEntry(store, entryKey, entry).catch(() => undefined);
      return outcomeOf(outcome);
    });
  }
}

/** An outcome as it is stored. A failure is final too: the code is used, and a hook may have decided. */
type StoredOutcome = CallbackOutcome | { readonly failure: StoredException };

async function settle(exchange: () => Promise<CallbackOutcome>): Promise<StoredOutcome> {
  try {
    return await exchange();
  } catch (error) {
    if (error instanceof LogtoException) return { failure: storeException(error) };
    throw error;
  }
}

function outcomeOf(outcome: StoredOutcome): CallbackOutcome {
  if ('failure' in outcome) throw restoreException(outcome.failure);
  return outcome;
}
