import {
  context,
  SpanStatusCode,
  trace,
  type Context,
  type MeterProvider,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import { messageChannels, tracingChannels } from '../events/channels.js';
import type { LogtoMessages } from '../events/logto-messages.js';
import type { LogtoTraces } from '../events/logto-traces.js';
import { ActiveContext } from './active-context.js';
import type { LogtoInstrumentationConfig } from './logto-instrumentation-config.js';
import { LogtoMetrics } from './logto-metrics.js';
import { scope } from './scope.js';
import { attributesOf, spanOf } from './span-of.js';

interface Operation {
  readonly span: Span;
  /** By the monotonic clock, in milliseconds. */
  readonly startedAt: number;
}

/**
 * Turns the events of the module into spans and metrics. Create it once, where you set up OpenTelemetry, before or
 * after the module is loaded. It has the methods of an `Instrumentation`, so `NodeSDK` and
 * `registerInstrumentations` accept it:
 *
 * ```ts
 * new NodeSDK({ instrumentations: [new HttpInstrumentation(), new LogtoInstrumentation()] }).start();
 * ```
 *
 * If neither sets a provider, it uses the global ones.
 */
export class LogtoInstrumentation {
  readonly instrumentationName = scope.name;
  readonly instrumentationVersion = scope.version;
  private config: LogtoInstrumentationConfig;
  private tracers: TracerProvider | undefined;
  private readonly metrics = new LogtoMetrics();
  private readonly operations = new WeakMap<object, Operation>();
  private disconnect: (() => void) | undefined;

  constructor(config: LogtoInstrumentationConfig = {}) {
    this.config = config;
    if (config.enabled ?? true) this.enable();
  }

  /** Starts recording, unless it has started. */
  enable(): void {
    if (this.disconnect) return;
    const operations = (Object.keys(tracingChannels) as (keyof LogtoTraces)[]).map((name) =>
      this.recordOperations(name),
    );
    const messages = (Object.keys(messageChannels) as (keyof LogtoMessages)[]).map((name) =>
      this.countMessages(name),
    );
    this.disconnect = () => {
      for (const end of [...operations, ...messages]) end();
    };
  }

  /** Stops recording. */
  disable(): void {
    this.disconnect?.();
    this.disconnect = undefined;
  }

  /** The options, with `enabled` as it is now. */
  getConfig(): LogtoInstrumentationConfig {
    return { ...this.config, enabled: this.disconnect !== undefined };
  }

  /** Replaces the options. `enabled` has no effect here: call `enable()` or `disable()`. */
  setConfig(config: LogtoInstrumentationConfig): void {
    this.config = config;
  }

  /** Sets the tracer provider to use instead of the global one. */
  setTracerProvider(provider: TracerProvider): void {
    this.tracers = provider;
  }

  /** Sets the meter provider to use instead of the global one. */
  setMeterProvider(provider: MeterProvider): void {
    this.metrics.provider = provider;
  }

  private recordOperations<Name extends keyof LogtoTraces>(name: Name): () => void {
    const { start, asyncEnd } = tracingChannels[name];
    const active = new ActiveContext();
    const ended = (event: unknown): void => this.end(name, event as LogtoTraces[Name]);
    start.bindStore(active, (event) => this.start(name, event));
    asyncEnd.subscribe(ended);
    return () => {
      start.unbindStore(active);
      asyncEnd.unsubscribe(ended);
    };
  }

  private countMessages<Name extends keyof LogtoMessages>(name: Name): () => void {
    const channel = messageChannels[name];
    const count = (message: unknown): void => this.metrics.messages[name](message as LogtoMessages[Name]);
    channel.subscribe(count);
    return () => channel.unsubscribe(count);
  }

  /** Starts a span. @returns the context in which the operation runs */
  private start<Name extends keyof LogtoTraces>(name: Name, event: LogtoTraces[Name]): Context {
    const parent = context.active();
    const tracer = (this.tracers ?? trace).getTracer(scope.name, scope.version);
    const { name: spanName, kind } = spanOf(name, event);
    const span = tracer.startSpan(spanName, { kind, attributes: attributesOf(name, event) }, parent);
    this.operations.set(event, { span, startedAt: performance.now() });
    return trace.setSpan(parent, span);
  }

  private end<Name extends keyof LogtoTraces>(name: Name, event: LogtoTraces[Name]): void {
    const operation = this.operations.get(event);
    if (!operation) return;
    const { span, startedAt } = operation;
    const attributes = attributesOf(name, event);
    span.setAttributes(attributes);
    if (this.config.recordUserId && 'sub' in event && event.sub !== undefined)
      span.setAttribute('user.id', event.sub);
    if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    this.metrics.operation(name, event, (performance.now() - startedAt) / 1000);
  }
}
