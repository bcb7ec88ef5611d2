import { messageChannels, tracingChannels } from '../../../src/events/channels.js';
import { leaks } from './leaks.js';

/** Searches every event for secrets. */
class EventWatch {
  private readonly channels = [
    ...Object.values(tracingChannels).map(({ asyncEnd }) => asyncEnd),
    ...Object.values(messageChannels),
  ];

  start(): void {
    for (const channel of this.channels) channel.subscribe(this.record);
  }

  stop(): void {
    for (const channel of this.channels) channel.unsubscribe(this.record);
  }

  private readonly record = (event: unknown): void => leaks.addTelemetry(event);
}

/** The watch of the running spec file. */
export const eventWatch = new EventWatch();
