import { assertInstanceMethod } from '../hooks/assert-instance-method.js';
import type { LogtoWebhookEvent, LogtoWebhookEventName } from './logto-webhook-event.js';

const eventsMetadata = 'nestjs-logto:events';

/** The events that a method handles: their names, or all. */
export type HandledEvents = readonly string[] | 'all';

/** The names of Logto's events, for completion in editors, and any other string. */
type EventName = LogtoWebhookEventName | (string & {});

type PayloadOf<Names extends EventName[]> = Names extends []
  ? LogtoWebhookEvent
  : LogtoWebhookEvent<Names[number]>;

/**
 * Calls a method of any provider or controller when Logto sends one of these events by webhook; without names, for every
 * event. Needs the option `webhooks`.
 *
 * Logto waits until every handler has finished, but at most 8 seconds. If a handler throws, Logto may send the event
 * again: write handlers that may run twice.
 *
 * ```ts
 * @Injectable()
 * export class Accounts {
 *   @OnLogtoEvent('User.Deleted')
 *   async forget({ params }: LogtoWebhookEvent<'User.Deleted'>) { … }
 * }
 * ```
 * @throws LogtoSetupException `hook_invalid` on a static method; at startup in a provider that is not a singleton
 */
export function OnLogtoEvent<Names extends EventName[]>(
  ...events: Names
): <Handler extends (event: PayloadOf<Names>) => unknown>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void {
  return (target, name, { value }) => {
    assertInstanceMethod('@OnLogtoEvent()', target, name, value);
    const earlier = handledEventsOf(value) ?? [];
    const handled = events.length === 0 || earlier === 'all' ? 'all' : [...earlier, ...events];
    Reflect.defineMetadata(eventsMetadata, handled satisfies HandledEvents, value);
  };
}

/** The events that a method handles, if it has the decorator. */
export function handledEventsOf(method: object): HandledEvents | undefined {
  return Reflect.getMetadata(eventsMetadata, method) as HandledEvents | undefined;
}
