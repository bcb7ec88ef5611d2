import type { LogtoMessages, LogtoTraces } from 'nestjs-logto';
import { messageChannels, tracingChannels } from '../../../src/events/channels.js';
import { leftovers } from '../../support/runner/leftovers.js';

type Events = LogtoTraces & LogtoMessages;

/** The events that were published, in the order in which their operations ended. */
export class RecordedEvents {
  private recorded: { name: keyof Events; event: unknown }[] = [];

  constructor() {
    for (const [name, { asyncEnd }] of Object.entries(tracingChannels)) this.listen(name, asyncEnd);
    for (const [name, channel] of Object.entries(messageChannels)) this.listen(name, channel);
  }

  of<Name extends keyof Events>(name: Name): Events[Name][] {
    return this.recorded.flatMap(({ name: own, event }) => (own === name ? [event as Events[Name]] : []));
  }

  all(): { name: keyof Events; event: unknown }[] {
    return this.recorded;
  }

  reset(): void {
    this.recorded = [];
  }

  private listen(name: string, channel: (typeof messageChannels)[keyof LogtoMessages] | Listenable): void {
    const record = (event: unknown): void => {
      this.recorded.push({ name: name as keyof Events, event });
    };
    channel.subscribe(record);
    leftovers.add(async () => {
      channel.unsubscribe(record);
    });
  }
}

interface Listenable {
  subscribe(listener: (event: unknown) => void): void;
  unsubscribe(listener: (event: unknown) => void): void;
}
