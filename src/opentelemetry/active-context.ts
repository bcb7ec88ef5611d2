import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context } from '@opentelemetry/api';

/**
 * Makes a context of OpenTelemetry the active one while a traced operation runs. A channel can only be bound to an
 * `AsyncLocalStorage`, and that of OpenTelemetry is not public, so this one passes the context on.
 */
export class ActiveContext extends AsyncLocalStorage<Context> {
  override run<R, Arguments extends unknown[]>(
    active: Context,
    fn: (...args: Arguments) => R,
    ...args: Arguments
  ): R {
    return context.with(active, () => fn(...args));
  }
}
