import { subscribe } from 'node:diagnostics_channel';

const operations = [
  'sign-in',
  'callback',
  'refresh',
  'verify-token',
  'revalidate',
  'sign-out',
  'webhook',
  'provider-request',
];
const messages = ['session-started', 'session-ended', 'access-denied', 'token-cache'];

/** Subscribes to all events of the module, and counts them. */
export function subscribeToEvents(): void {
  let count = 0;
  const listener = (): void => void (count += 1);
  for (const name of operations) subscribe(`tracing:nestjs-logto:${name}:asyncEnd`, listener);
  for (const name of messages) subscribe(`nestjs-logto:${name}`, listener);
}
