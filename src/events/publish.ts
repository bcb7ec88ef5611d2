import { messageChannels } from './channels.js';
import type { LogtoMessages, LogtoTokenCacheMessage } from './logto-messages.js';

/** Whether the channel has subscribers. Without any, no message has to be created. */
export function hasSubscribers(name: keyof LogtoMessages): boolean {
  return messageChannels[name].hasSubscribers;
}

/** Publishes a message if the channel has subscribers. */
export function publish<Name extends keyof LogtoMessages>(
  name: Name,
  describe: () => LogtoMessages[Name],
): void {
  const channel = messageChannels[name];
  if (channel.hasSubscribers) channel.publish(describe());
}

/** Publishes that a token was looked up in a cache. It takes no function, because it runs for every request. */
export function publishTokenLookup(cache: LogtoTokenCacheMessage['cache'], isHit: boolean): void {
  const channel = messageChannels['nestjs-logto:token-cache'];
  if (channel.hasSubscribers) channel.publish({ cache, isHit });
}
