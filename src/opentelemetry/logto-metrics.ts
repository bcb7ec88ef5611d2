import {
  metrics,
  type Attributes,
  type Counter,
  type Histogram,
  type MeterProvider,
} from '@opentelemetry/api';
import type {
  LogtoAccessDeniedMessage,
  LogtoMessages,
  LogtoSessionEndedMessage,
  LogtoTokenCacheMessage,
} from '../events/logto-messages.js';
import type { LogtoTraces } from '../events/logto-traces.js';
import { scope } from './scope.js';
import { attributesOf, errorTypeOf } from './span-of.js';

interface Instruments {
  readonly started: Counter;
  readonly ended: Counter;
  readonly callback: Histogram;
  readonly refresh: Histogram;
  readonly request: Histogram;
  readonly hits: Counter;
  readonly misses: Counter;
  readonly denied: Counter;
}

/** In seconds, as the semantic conventions advise for durations of HTTP requests. */
const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The attributes of a request's span that are labels of its metric. A path would have a high cardinality. */
const requestLabels = [
  'http.request.method',
  'server.address',
  'server.port',
  'http.response.status_code',
  'logto.grant_type',
  'error.type',
];

/** The metrics. No label holds anything about a user. */
export class LogtoMetrics {
  /** The provider that the app has set instead of the global one. */
  provider: MeterProvider | undefined;
  private created: { readonly by: MeterProvider; readonly instruments: Instruments } | undefined;

  /** Records an operation that has ended. @param seconds how long it took */
  operation<Name extends keyof LogtoTraces>(name: Name, event: LogtoTraces[Name], seconds: number): void {
    const { callback, refresh, request } = this.instruments();
    const errorType = errorTypeOf(event);
    const labels = errorType === undefined ? {} : { 'error.type': errorType };
    if (name === 'nestjs-logto:callback') callback.record(seconds, labels);
    else if (name === 'nestjs-logto:refresh') refresh.record(seconds, labels);
    else if (name === 'nestjs-logto:provider-request')
      request.record(seconds, pick(attributesOf(name, event), requestLabels));
  }

  /** Counts a message, by channel. */
  readonly messages: { readonly [Name in keyof LogtoMessages]: (message: LogtoMessages[Name]) => void } = {
    'nestjs-logto:session-started': () => this.instruments().started.add(1),
    'nestjs-logto:session-ended': ({ reason }: LogtoSessionEndedMessage) =>
      this.instruments().ended.add(1, { 'logto.session.end.reason': reason }),
    'nestjs-logto:access-denied': ({ code, status }: LogtoAccessDeniedMessage) =>
      this.instruments().denied.add(1, { 'error.type': code, 'http.response.status_code': status }),
    'nestjs-logto:token-cache': ({ cache, isHit }: LogtoTokenCacheMessage) => {
      const { hits, misses } = this.instruments();
      (isHit ? hits : misses).add(1, { 'logto.token.cache.name': cache });
    },
  };

  /** The instruments, created at first use, because the app may set the global provider after this class is created. */
  private instruments(): Instruments {
    const provider = this.provider ?? metrics.getMeterProvider();
    if (this.created?.by !== provider)
      this.created = { by: provider, instruments: createInstruments(provider) };
    return this.created.instruments;
  }
}

function createInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter(scope.name, scope.version);
  const counter = (name: string, description: string, unit: string): Counter =>
    meter.createCounter(name, { description, unit });
  const duration = (name: string, description: string): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
  return {
    started: counter('logto.sessions.started', 'Number of sessions started', '{session}'),
    ended: counter('logto.sessions.ended', 'Number of sessions ended, by reason', '{session}'),
    callback: duration('logto.callback.duration', 'Duration of sign-in callbacks'),
    refresh: duration('logto.token.refresh.duration', 'Duration of refresh grants'),
    request: duration('logto.provider.request.duration', 'Duration of requests to Logto'),
    hits: counter('logto.token.cache.hits', 'Number of token cache hits', '{token}'),
    misses: counter('logto.token.cache.misses', 'Number of token cache misses', '{token}'),
    denied: counter('logto.access.denied', 'Number of requests denied by a guard', '{request}'),
  };
}

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}
