import { context, metrics, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import type { NextFunction, Request, Response } from 'express';
import { leaks } from '../../support/runner/leaks.js';
import { leftovers } from '../../support/runner/leftovers.js';

/** The SDK of OpenTelemetry, as an app sets it up, with exporters that keep everything in memory. */
export class Telemetry {
  private readonly exporter = new InMemorySpanExporter();
  private readonly tracers = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.exporter)],
  });
  private readonly metricExporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  private readonly meters = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({ exporter: this.metricExporter, exportIntervalMillis: 3_600_000 }),
    ],
  });
  /** The parent of the spans of requests to the app. */
  private parent: Context = ROOT_CONTEXT;

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(this.tracers);
    metrics.setGlobalMeterProvider(this.meters);
    leftovers.add(async () => {
      for (const api of [context, trace, metrics]) api.disable();
      await Promise.all([this.tracers.shutdown(), this.meters.shutdown()]);
    });
  }

  /** A middleware that replaces the HTTP instrumentation: it creates a span for each request. */
  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    const tracer = trace.getTracer('http');
    tracer.startActiveSpan(`${request.method} ${request.path}`, {}, this.parent, (span) => {
      response.once('close', () => span.end());
      next();
    });
  };

  /** Runs a function whose requests belong to one trace. */
  async inTrace(name: string, run: () => Promise<unknown>): Promise<void> {
    const span = trace.getTracer('spec').startSpan(name);
    this.parent = trace.setSpan(ROOT_CONTEXT, span);
    await run();
    this.parent = ROOT_CONTEXT;
    span.end();
  }

  /** The spans that have ended. All of them are searched for secrets. */
  spans(): ReadableSpan[] {
    const spans = this.exporter.getFinishedSpans();
    for (const { name, attributes, events, links, status } of spans)
      leaks.addTelemetry({ name, attributes, events, links, status });
    return spans;
  }

  span(name: string): ReadableSpan {
    const [found, ...others] = this.spans().filter((span) => span.name === name);
    if (!found || others.length > 0)
      throw new Error(`Expected one span ${name}, found ${found ? others.length + 1 : 0}.`);
    return found;
  }

  /** The names of the spans of a trace, each indented below its parent. */
  tree(): string[] {
    const spans = this.spans();
    const below = (parent: string | undefined, depth: number): string[] =>
      spans
        .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
        .toSorted((one, other) => nanoseconds(one) - nanoseconds(other))
        .flatMap((span) => [
          `${'  '.repeat(depth)}${span.name}`,
          ...below(span.spanContext().spanId, depth + 1),
        ]);
    return below(undefined, 0);
  }

  /** The points of a metric since the last call: its value, or the count of a histogram, and its labels. */
  async points(): Promise<Record<string, { value: number; labels: object }[]>> {
    await this.meters.forceFlush();
    const all = this.metricExporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    this.metricExporter.reset();
    leaks.addTelemetry(all);
    const points: Record<string, { value: number; labels: object }[]> = {};
    for (const { descriptor, dataPoints } of all) {
      points[descriptor.name] = dataPoints.map(({ value, attributes }) => ({
        value: typeof value === 'number' ? value : value.count,
        labels: attributes,
      }));
    }
    return points;
  }

  reset(): void {
    this.exporter.reset();
  }
}

function nanoseconds({ startTime: [seconds, rest] }: ReadableSpan): number {
  return seconds * 1e9 + rest;
}
