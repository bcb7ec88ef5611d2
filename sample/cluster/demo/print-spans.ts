import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { LogtoInstrumentation } from 'nestjs-logto/opentelemetry';

/**
 * Prints a line for each span: the instance, the start of the trace's id, the name and the duration. An app sends them to a
 * collector instead, with `NodeSDK`.
 */
export function printSpans(instance: string): void {
  const exporter: SpanExporter = {
    export(spans, done) {
      for (const span of spans) console.log(lineOf(instance, span));
      done({ code: ExportResultCode.SUCCESS });
    },
    shutdown: () => Promise.resolve(),
  };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  new LogtoInstrumentation().enable();
}

function lineOf(instance: string, span: ReadableSpan): string {
  const [seconds, nanoseconds] = span.duration;
  const milliseconds = Math.round(seconds * 1000 + nanoseconds / 1e6);
  const errorType = span.attributes['error.type'];
  const error = errorType === undefined ? '' : `  ${String(errorType)}`;
  const traceId = span.spanContext().traceId.slice(0, 8);
  const branch = span.parentSpanContext ? '└ ' : '';
  return `  ${instance}  ${traceId}  ${branch}${span.name}  ${milliseconds} ms${error}`;
}
