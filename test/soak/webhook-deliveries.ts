import { setTimeout } from 'node:timers/promises';

/**
 * Takes Logto's webhooks to an instance at random, and to another one while they are not accepted, as a load balancer
 * does. Logto itself repeats a webhook without a pause, so all its attempts would fail while Redis is down.
 */
export class WebhookDeliveries {
  private readonly awaited = new Map<string, () => void>();

  /** @param ports the ports of the instances */
  constructor(private readonly ports: readonly number[]) {}

  /** Resolves when an instance has answered the webhook of the user's next suspension with 204. */
  ofSuspension(userId: string): Promise<void> {
    return new Promise((resolve) => this.awaited.set(userId, resolve));
  }

  /** Sends a request of Logto. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    for (;;) {
      init?.signal?.throwIfAborted();
      const port = this.ports[Math.floor(Math.random() * this.ports.length)];
      const response = await fetch(`http://localhost:${port}${pathname}`, init).catch(() => undefined);
      if (response?.status === 204) {
        if (typeof init?.body === 'string') this.delivered(init.body);
        return response;
      }
      await response?.arrayBuffer();
      await setTimeout(200);
    }
  };

  private delivered(body: string): void {
    const { data } = JSON.parse(body) as { data: { id: string; isSuspended: boolean } };
    if (!data.isSuspended) return;
    this.awaited.get(data.id)?.();
    this.awaited.delete(data.id);
  }
}
