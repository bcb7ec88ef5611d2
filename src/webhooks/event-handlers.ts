import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { decoratedHandlersOf } from '../hooks/decorated-handlers-of.js';
import { hookProvidersOf } from '../hooks/hook-provider.js';
import { LogtoSetupException } from '../logto.exceptions.js';
import { handledEventsOf, type HandledEvents } from './on-logto-event.decorator.js';
import type { LogtoWebhookEvent } from './logto-webhook-event.js';

/** A method with `@OnLogtoEvent()`. */
export interface EventHandler {
  /** `Class.method` */
  readonly name: string;
  readonly events: HandledEvents;
  run(event: LogtoWebhookEvent): Promise<void>;
}

/** The methods with `@OnLogtoEvent()` of all providers and controllers, in the order of Nest's providers. */
@Injectable()
export class EventHandlers implements OnModuleInit {
  private found: readonly EventHandler[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  get all(): readonly EventHandler[] {
    return this.found;
  }

  /** @throws LogtoSetupException `hook_invalid` */
  onModuleInit(): void {
    this.found = decoratedHandlersOf(hookProvidersOf(this.discovery), handledEventsOf).map(
      ({ name, metadata: events, isSingleton, call }) => {
        if (!isSingleton) throw notASingleton(name);
        // A copy, so that no handler sees the changes of another.
        return { name, events, run: async (event) => void (await call(structuredClone(event))) };
      },
    );
  }

  for({ event }: LogtoWebhookEvent): EventHandler[] {
    return this.found.filter(({ events }) => events === 'all' || events.includes(event));
  }
}

function notASingleton(name: string): LogtoSetupException {
  return new LogtoSetupException(
    'hook_invalid',
    `@OnLogtoEvent() on ${name} has no effect: the provider is request-scoped or transient, or depends on a ` +
      'request-scoped one, and a webhook belongs to no request of a user. Move the method to a singleton.',
  );
}
