import type { TracingChannel } from 'node:diagnostics_channel';
import { LogtoException } from '../logto.exceptions.js';
import { tracingChannels } from './channels.js';
import type { LogtoTrace, LogtoTraces } from './logto-traces.js';

/**
 * Runs `work` under a tracing channel if it has subscribers. Otherwise it only calls `work`.
 * @param describe returns the fields that are known at the start
 * @param work may add fields to the event, which is `undefined` without subscribers
 */
export function trace<Name extends keyof LogtoTraces, T>(
  name: Name,
  describe: () => LogtoTraces[Name],
  work: (event?: LogtoTraces[Name]) => Promise<T>,
): Promise<T> {
  const channel = tracingChannels[name];
  return channel.hasSubscribers ? runUnder(channel, describe(), work) : work();
}

async function runUnder<Event extends LogtoTrace, T>(
  channel: TracingChannel<unknown, Event>,
  event: Event,
  work: (event: Event) => Promise<T>,
): Promise<T> {
  const running: { result?: Promise<T> } = {};
  // `tracePromise` adds the result or the error to the event. The result may be a token, and the error may hold a request,
  // so this promise has neither.
  const traced = channel.tracePromise(async () => {
    running.result = work(event);
    try {
      await running.result;
    } catch (error) {
      event.code = codeOf(error);
      throw error instanceof LogtoException ? error : new Error(event.code);
    }
  }, event);
  await traced.catch(() => undefined);
  return running.result as Promise<T>;
}

/** The code of an exception, or the name of another error. The cause says more than a `TypeError` of `fetch` does. */
function codeOf(error: unknown): string {
  const { code, cause, name } = (error ?? {}) as {
    code?: unknown;
    cause?: { code?: unknown };
    name?: unknown;
  };
  return [code, cause?.code, name].find((one) => typeof one === 'string') ?? 'Error';
}
