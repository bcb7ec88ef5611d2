import { messageChannels, tracingChannels } from '../../src/events/channels.js';
import { leaks } from './leaks.js';

/** Searches every event for secrets. @returns a function that ends it */
export function watchEvents(): () => void {
  const channels = [
    ...Object.values(tracingChannels).map(({ asyncEnd }) => asyncEnd),
    ...Object.values(messageChannels),
  ];
  const keep = (event: unknown): void => leaks.telemetry(event);
  for (const channel of channels) channel.subscribe(keep);
  return () => {
    for (const channel of channels) channel.unsubscribe(keep);
  };
}
