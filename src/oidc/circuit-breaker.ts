import { Injectable } from '@nestjs/common';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import type { ProviderCall } from './errors/provider-call.js';
import { notAnswering } from './errors/provider-error.js';
import { settlesWithin } from './settles-within.js';

/** How long a call that failed is left alone by whatever has an older answer to go on with, in milliseconds. */
export const retryInterval = 30_000;

/** How long a request waits for a Logto that failed last time it was asked, in milliseconds. */
const patience = 1000;

/**
 * Calls that are made one at a time while they fail. The others are not: a code exchange cannot be repeated, and the
 * documents are shared by all who wait for them.
 */
const oneAtATime: ReadonlySet<ProviderCall> = new Set<ProviderCall>([
  'refresh',
  'userinfo',
  'introspection',
  'client credentials',
  'token exchange',
]);

/** The state of a kind of call that failed last time. */
interface OpenCircuit {
  /** When the next probe is due, in milliseconds since 1970. Failures of other calls do not put it off. */
  probeAt: number;
  /** Whether it timed out. */
  hangs: boolean;
  /** The call that is under way. */
  trial?: Promise<unknown> | undefined;
  /** Whether a call with an older answer is under way, to find out whether Logto is back. */
  probing: boolean;
}

/**
 * One circuit breaker for everything that this process asks of Logto. After one call has failed or timed out, whoever
 * has an older answer goes on with it at once, and one probe at a time finds out when Logto is back. Each kind of call
 * has a circuit of its own: a Logto whose database hangs still answers discovery.
 */
@Injectable()
export class CircuitBreaker {
  private readonly open = new Map<ProviderCall, OpenCircuit>();
  /** Releases those who wait for a call and have an older answer. */
  private readonly waiting = new Map<ProviderCall, Set<() => void>>();
  private failing = false;

  constructor(private readonly log: OperatorLog) {}

  /** Whether Logto failed the last time it was asked anything. */
  get isAway(): boolean {
    return this.failing;
  }

  /**
   * Makes a call. While calls of this kind fail they are made one at a time, and a call that has waited a second for
   * its turn fails without being made.
   * @throws LogtoException `provider_unavailable`, transient, and whatever `work` throws
   */
  async run<T>(call: ProviderCall, work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + patience;
    let circuit = this.open.get(call);
    while (circuit?.trial && oneAtATime.has(call)) {
      const left = deadline - performance.now();
      if (left <= 0 || !(await settlesWithin(circuit.trial, left))) throw notAnswering(call);
      circuit = this.open.get(call);
    }
    const outcome = work();
    if (circuit) circuit.trial = outcome;
    try {
      const answer = await outcome;
      this.succeeded(call);
      return answer;
    } catch (error) {
      if (isOutage(error)) this.failed(call, outcome, error);
      else this.succeeded(call);
      throw error;
    }
  }

  /**
   * Makes a call that has an older answer to fall back on.
   * @param expiring whether that answer is about to expire: then calls that fail quickly are made all the same
   * @returns `undefined` as soon as a call of this kind fails, and while they do: use the older answer. Every 30 seconds
   * one call is made as a probe. It is awaited for a second, and then goes on in the background.
   */
  async unlessOpen<T>(
    call: ProviderCall,
    work: () => Promise<T>,
    { expiring = false } = {},
  ): Promise<T | undefined> {
    const circuit = this.open.get(call);
    if (!circuit) return this.untilOpen(call, work());
    if (expiring && !circuit.hangs) return work();
    if (Date.now() < circuit.probeAt || circuit.trial || circuit.probing) return undefined;
    circuit.probing = true;
    circuit.probeAt = Date.now() + retryInterval;
    const outcome = work().finally(() => (circuit.probing = false));
    return (await settles(outcome)) ? outcome : undefined;
  }

  /**
   * Awaits a call, for a second at most while Logto is away. Then it goes on in the background.
   * @throws LogtoException `provider_unavailable`, transient, and whatever `outcome` is rejected with
   */
  async patiently<T>(call: ProviderCall, outcome: Promise<T>): Promise<T> {
    if (!this.failing || (await settles(outcome))) return outcome;
    throw notAnswering(call);
  }

  private untilOpen<T>(call: ProviderCall, outcome: Promise<T>): Promise<T | undefined> {
    const waiting = this.waiting.get(call) ?? new Set();
    this.waiting.set(call, waiting);
    return new Promise((resolve, reject) => {
      const release = (): void => resolve(undefined);
      waiting.add(release);
      void outcome.then(resolve, reject).finally(() => waiting.delete(release));
    });
  }

  private succeeded(call: ProviderCall): void {
    this.open.delete(call);
    this.failing = false;
  }

  private failed(call: ProviderCall, outcome: Promise<unknown>, error: LogtoException): void {
    // A caller with an older answer does not report it.
    this.log.exception(error);
    const probeAt = Date.now() + retryInterval;
    const circuit: OpenCircuit = this.open.get(call) ?? { probeAt, hangs: false, probing: false };
    circuit.hangs = error.code === 'provider_timeout';
    if (circuit.trial === outcome) circuit.trial = undefined;
    this.open.set(call, circuit);
    this.failing = true;
    for (const release of this.waiting.get(call) ?? []) release();
  }
}

async function settles(outcome: Promise<unknown>): Promise<boolean> {
  return settlesWithin(outcome, patience);
}

/** Whether Logto did not answer, or said that it fails. A refusal is an answer, a wrong secret too. */
function isOutage(error: unknown): error is LogtoException {
  return error instanceof LogtoException && error.transient && !refusesApplication.has(error.code);
}

const refusesApplication: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client']);
