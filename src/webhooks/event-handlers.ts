import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LogtoSetupException } from '../logto.exceptions.js';
import { methodsOf, type Method } from '../nest/methods-of.js';
import { handledEventsOf, type HandledEvents } from './on-logto-event.decorator.js';
import type { LogtoWebhookEvent } from './logto-webhook-event.js';

/** A method with `@OnLogtoEvent()`. */
export interface EventHandler {
  /** `Class.method` */
  readonly name: string;
  readonly events: HandledEvents;
  run(event: LogtoWebhookEvent): Promise<void>;
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

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
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    // One instance may be provided under several tokens.
    const byInstance = new Map(wrappers.map((wrapper) => [wrapper.instance as unknown, wrapper]));
    this.found = [...byInstance.values()].flatMap((wrapper) => handlersOf(wrapper));
  }

  for({ event }: LogtoWebhookEvent): EventHandler[] {
    return this.found.filter(({ events }) => events === 'all' || events.includes(event));
  }
}

function handlersOf(wrapper: Wrapper): EventHandler[] {
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return [];
  const prototype = Object.getPrototypeOf(instance) as (object & { constructor: Type }) | null;
  return methodsOf({ prototype } as unknown as Type).flatMap(([name, method]): EventHandler[] => {
    const events = handledEventsOf(method);
    if (!events) return [];
    const handler = `${prototype?.constructor.name}.${name}`;
    assertSingleton(wrapper, handler);
    return [{ name: handler, events, run: async (event) => void (await call(method, instance, event)) }];
  });
}

function call(method: Method, instance: object, event: LogtoWebhookEvent): unknown {
  // A copy, so that no handler sees what another has changed.
  return method.call(instance, structuredClone(event));
}

function assertSingleton(wrapper: Wrapper, handler: string): void {
  if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return;
  throw new LogtoSetupException(
    'hook_invalid',
    `@OnLogtoEvent() on ${handler} has no effect: the provider is request-scoped or transient, or depends on a ` +
      'request-scoped one, and a webhook belongs to no request of a user. Move the method to a singleton.',
  );
}
