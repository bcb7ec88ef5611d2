import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { BoundedCache } from '../bounded-cache.js';
import { settlesWithin } from '../concurrency/settles-within.js';
import { SingleFlight } from '../concurrency/single-flight.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { SessionStoreLocator } from '../session/session-store-locator.js';
import { lifetimeCookie, ownEntryKey, readEntry, writeEntry } from '../store/store-access.js';

/** How long a delivered webhook is remembered, in milliseconds. */
const rememberedFor = 60 * 60_000;

/** How long to wait for the store, in milliseconds: a webhook is delivered twice rather than not at all. */
const storeTimeout = 2000;

/**
 * Delivers each webhook once, as far as that is possible: Logto sends no ID, so a repeat is recognized by its
 * signature: in this process, and on other instances by an entry in the session store.
 */
@Injectable()
export class DeliveredWebhooks {
  private readonly delivered = new BoundedCache<true>({ max: 10_000, ttl: rememberedFor });
  private readonly deliveries = new SingleFlight();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly storeLocator: SessionStoreLocator,
  ) {}

  /** Runs `deliver`, unless a webhook with this signature was delivered before. Repeats that overlap share one run. */
  once(request: Request, signature: string, deliver: () => Promise<void>): Promise<void> {
    const { client, webhooks } = this.options;
    // Several apps may share a store, and get the same webhook from something that distributes it.
    const key = ownEntryKey('webhook', `${client?.appId} ${webhooks?.path} ${signature}`);
    return this.deliveries.run(key, () => this.run(key, this.storeLocator.find(request), deliver));
  }

  private async run(key: string, store: Store | undefined, deliver: () => Promise<void>): Promise<void> {
    if (await this.isDelivered(key, store)) return;
    await deliver();
    this.delivered.set(key, true);
    if (!store) return;
    await settlesWithin(writeEntry(store, key, { cookie: lifetimeCookie(rememberedFor) }), storeTimeout);
  }

  private async isDelivered(key: string, store: Store | undefined): Promise<boolean> {
    if (this.delivered.has(key)) return true;
    if (!store) return false;
    let isStored = false;
    const reading = readEntry(store, key).then((entry) => {
      isStored = entry !== undefined;
    });
    await settlesWithin(reading, storeTimeout);
    return isStored;
  }
}
