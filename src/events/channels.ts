import { channel, tracingChannel, type Channel, type TracingChannel } from 'node:diagnostics_channel';
import type { LogtoMessages } from './logto-messages.js';
import type { LogtoTraces } from './logto-traces.js';

// This file loads nothing but Node: `nestjs-logto/opentelemetry` imports it before the instrumented packages are loaded.

type TracingChannels = { readonly [Name in keyof LogtoTraces]: TracingChannel<unknown, LogtoTraces[Name]> };

/** The channels of operations, which start and end. */
export const tracingChannels: TracingChannels = {
  'nestjs-logto:sign-in': tracingChannel('nestjs-logto:sign-in'),
  'nestjs-logto:callback': tracingChannel('nestjs-logto:callback'),
  'nestjs-logto:refresh': tracingChannel('nestjs-logto:refresh'),
  'nestjs-logto:verify-token': tracingChannel('nestjs-logto:verify-token'),
  'nestjs-logto:revalidate': tracingChannel('nestjs-logto:revalidate'),
  'nestjs-logto:sign-out': tracingChannel('nestjs-logto:sign-out'),
  'nestjs-logto:webhook': tracingChannel('nestjs-logto:webhook'),
  'nestjs-logto:provider-request': tracingChannel('nestjs-logto:provider-request'),
};

type MessageChannels = { readonly [Name in keyof LogtoMessages]: Channel<unknown, LogtoMessages[Name]> };

/** The channels for single messages. */
export const messageChannels = {
  'nestjs-logto:session-started': channel('nestjs-logto:session-started'),
  'nestjs-logto:session-ended': channel('nestjs-logto:session-ended'),
  'nestjs-logto:access-denied': channel('nestjs-logto:access-denied'),
  'nestjs-logto:token-cache': channel('nestjs-logto:token-cache'),
} as MessageChannels;
