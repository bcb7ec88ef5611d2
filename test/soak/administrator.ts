import { setTimeout } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { Person, Tally } from './person.js';
import type { WebhookDeliveries } from './webhook-deliveries.js';

/** How long a suspension lasts after its webhook was delivered, in milliseconds. */
const suspensionLasts = 6000;

/** How long Logto tries to deliver a webhook: four times for ten seconds, in milliseconds. */
const deliveryTakes = 45_000;

/** Suspends signed-in people at Logto, one after the other, and ends each suspension after a while. */
export class Administrator {
  constructor(
    private readonly issuer: LogtoEmulator,
    private readonly deliveries: WebhookDeliveries,
    private readonly people: readonly Person[],
    private readonly tally: Tally,
  ) {}

  /** @param ends when the soak ends. No suspension starts that would last longer */
  async work(ends: number): Promise<void> {
    for (;;) {
      await setTimeout(500 + Math.random() * 1000);
      if (Date.now() + suspensionLasts > ends) return;
      const signedIn = this.people.filter((person) => person.canBeSuspended);
      const person = signedIn[Math.floor(Math.random() * signedIn.length)];
      if (person) await this.suspend(person);
    }
  }

  private async suspend(person: Person): Promise<void> {
    this.tally.suspensions += 1;
    const suspension = person.suspend();
    const delivered = this.deliveries.ofSuspension(person.name);
    this.issuer.suspendUser(person.name);
    const isDelivered = await Promise.race([
      delivered.then(() => true),
      setTimeout(deliveryTakes, false, { ref: false }),
    ]);
    if (isDelivered) suspension.deliveredAt = Date.now();
    else this.tally.undelivered += 1;
    await setTimeout(suspensionLasts);
    this.issuer.restoreUser(person.name);
    suspension.isOver = true;
  }
}
