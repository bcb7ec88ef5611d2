import { Injectable } from '@nestjs/common';
import { isTransient, LogtoException } from '../../logto.exceptions.js';
import { OperatorLog } from '../../operator-log.js';
import type { ProviderCall } from './provider-call.js';
import { ProviderCallLog } from './provider-call-log.js';
import { settlesWithin } from '../../concurrency/settles-within.js';

/** How long to wait after a failure before a call with a fallback is tried again, in milliseconds. */
export const retryInterval = 30_000;

/** How long a request waits for Logto after a failure, in milliseconds. */
const maxWait = 1000;

/**
 * Calls that are made one at a time while they fail. Others are not serialized: a code exchange cannot be repeated, and
 * concurrent calls for metadata share one request anyway.
 */
const serializedCalls: ReadonlySet<ProviderCall> = new Set<ProviderCall>([
  'refresh',
  'userinfo',
  'introspection',
  'client credentials',
  'token exchange',
]);

/** The state of a kind of call whose last one failed. */
interface OpenCircuit {
  /** When the next probe is due, in milliseconds since 1970. */
  probeAt: number;
  /** Whether the last call timed out. */
  timedOut: boolean;
  /** The call in progress. */
  pending?: Promise<unknown> | undefined;
  /** Whether a probe is in progress. */
  probing: boolean;
}

/**
 * The circuit breaker for all requests to Logto. After a failure or a timeout, callers that have a fallback use it at
 * once, and a probe every 30 seconds checks whether Logto is available again. Each kind of call has its own circuit:
 * Logto may still serve its metadata while its database is down.
 */
@Injectable()
export class CircuitBreaker {
  private readonly open = new Map<ProviderCall, OpenCircuit>();
  /** Functions that release the waiting callers that have a fallback. */
  private readonly waiting = new Map<ProviderCall, Set<() => void>>();
  private failing = false;

  constructor(
    private readonly log: OperatorLog,
    private readonly calls: ProviderCallLog,
  ) {}

  /** Whether the last call of any kind failed. */
  get isFailing(): boolean {
    return this.failing;
  }

  /**
   * Makes a call. While calls of a serialized kind fail, they are made one at a time, and a call that has waited for a second
   * fails without being made.
   * @throws LogtoException `provider_unavailable`, transient, or what `work` throws
   */
  async run<T>(call: ProviderCall, work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + maxWait;
    let circuit = this.open.get(call);
    while (circuit?.pending && serializedCalls.has(call)) {
      const left = deadline - performance.now();
      if (left <= 0 || !(await settlesWithin(circuit.pending, left))) throw stillUnavailable(call);
      circuit = this.open.get(call);
    }
    const outcome = work();
    if (circuit) circuit.pending = outcome;
    try {
      const result = await outcome;
      this.calls.record(call);
      this.recordSuccess(call);
      return result;
    } catch (error) {
      this.calls.record(call, error);
      if (isOutage(error)) this.recordFailure(call, outcome, error);
      else this.recordSuccess(call);
      throw error;
    }
  }

  /**
   * Makes a call that renews a value, such as a token that is about to expire. While Logto fails, the old value is used.
   * @returns the old value if the circuit is or becomes open, or if the call fails with a transient error
   * @throws what `work` throws otherwise
   */
  async renew<T>(
    call: ProviderCall,
    old: T,
    work: () => Promise<T>,
    options?: { expiring?: boolean },
  ): Promise<T> {
    try {
      return (await this.runUnlessOpen(call, work, options)) ?? old;
    } catch (error) {
      if (isTransient(error)) return old;
      throw error;
    }
  }

  /**
   * Makes a call that has a fallback, such as a cached value. While the circuit is open, every 30 seconds one call is
   * made as a probe. It is awaited for a second, and then continues in the background.
   * @param expiring whether the fallback is about to expire. Then the call is made, unless the last one timed out.
   * @returns `undefined` if the circuit is or becomes open: use the fallback
   */
  async runUnlessOpen<T>(
    call: ProviderCall,
    work: () => Promise<T>,
    { expiring = false } = {},
  ): Promise<T | undefined> {
    const circuit = this.open.get(call);
    if (!circuit) return this.resultUnlessOpened(call, work());
    if (expiring && !circuit.timedOut) return work();
    if (Date.now() < circuit.probeAt || circuit.pending || circuit.probing) return undefined;
    circuit.probing = true;
    circuit.probeAt = Date.now() + retryInterval;
    const outcome = work().finally(() => (circuit.probing = false));
    return (await settlesWithin(outcome, maxWait)) ? outcome : undefined;
  }

  /**
   * Awaits a call, for a second at most while Logto is unavailable. Then it continues in the background.
   * @throws LogtoException `provider_unavailable`, transient, or what `outcome` is rejected with
   */
  async awaitBriefly<T>(call: ProviderCall, outcome: Promise<T>): Promise<T> {
    if (!this.failing || (await settlesWithin(outcome, maxWait))) return outcome;
    throw stillUnavailable(call);
  }

  private resultUnlessOpened<T>(call: ProviderCall, outcome: Promise<T>): Promise<T | undefined> {
    const waiting = this.waiting.get(call) ?? new Set();
    this.waiting.set(call, waiting);
    return new Promise((resolve, reject) => {
      const release = (): void => resolve(undefined);
      waiting.add(release);
      void outcome.then(resolve, reject).finally(() => waiting.delete(release));
    });
  }

  private recordSuccess(call: ProviderCall): void {
    this.open.delete(call);
    this.failing = false;
  }

  private recordFailure(call: ProviderCall, outcome: Promise<unknown>, error: LogtoException): void {
    // A caller that uses its fallback does not log the error.
    this.log.exception(error);
    const probeAt = Date.now() + retryInterval;
    const circuit: OpenCircuit = this.open.get(call) ?? { probeAt, timedOut: false, probing: false };
    circuit.timedOut = error.code === 'provider_timeout';
    if (circuit.pending === outcome) circuit.pending = undefined;
    this.open.set(call, circuit);
    this.failing = true;
    for (const release of this.waiting.get(call) ?? []) release();
  }
}

function stillUnavailable(call: ProviderCall): LogtoException {
  return new LogtoException(
    'provider_unavailable',
    `Logto failed a moment ago, and has not responded to the ${call} within a second. Try again shortly.`,
    { status: 503, transient: true },
  );
}

/** Whether Logto is unavailable. It is available if it rejects the request or the application. */
function isOutage(error: unknown): error is LogtoException {
  return isTransient(error) && !applicationErrors.has(error.code);
}

const applicationErrors: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client']);
