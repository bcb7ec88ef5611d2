import type { OutgoingHttpHeaders } from 'node:http';

import type { EmulatorEndpoint } from './emulator-endpoint.js';
import type { EmulatorResponse } from './http-exchange.js';

/** How an endpoint's next answers go wrong; see {@link LogtoEmulator.failNext}. */
export interface EmulatorFault {
  /** How many answers go wrong. Default: 1. */
  times?: number;
  /** Answers with this status instead of processing the request. Default: 500, where `body` or nothing else is given. */
  status?: number;
  /** The body of that answer; an object is sent as JSON. */
  body?: string | Record<string, unknown>;
  /** Headers of that answer. */
  headers?: Record<string, string>;
  /** Default: JSON for an object, plain text for a string. */
  contentType?: string;
  /** Milliseconds to wait first; alone, the true answer comes late. `Infinity` never answers. */
  delay?: number;
  /** Cuts the connection instead of processing the request. */
  destroy?: boolean;
  /** Processes the request, then cuts the connection: its effects are there, the answer is lost. */
  cutAfter?: boolean;
  /** Processes the request and bends the true answer. */
  transform?: (response: EmulatorResponse) => EmulatorResponse | Promise<EmulatorResponse>;
}

/** What is to go wrong next, by endpoint, first come first served. */
export class FaultQueue {
  private readonly waiting = new Map<EmulatorEndpoint, { fault: EmulatorFault; left: number }[]>();

  add(endpoint: EmulatorEndpoint, fault: EmulatorFault): void {
    const queue = this.waiting.get(endpoint) ?? [];
    queue.push({ fault, left: fault.times ?? 1 });
    this.waiting.set(endpoint, queue);
  }

  take(endpoint: EmulatorEndpoint | undefined): EmulatorFault | undefined {
    const queue = endpoint && this.waiting.get(endpoint);
    const next = queue?.[0];
    if (!next) {
      return undefined;
    }
    next.left -= 1;
    if (next.left <= 0) {
      queue.shift();
    }
    return next.fault;
  }

  clear(): void {
    this.waiting.clear();
  }
}

/** The answer that a fault gives in the true one's place, if it does. */
export function substitute(fault: EmulatorFault): EmulatorResponse | undefined {
  const { status, body, headers, contentType, delay, destroy, cutAfter, transform } = fault;
  const onlyDelayed = delay !== undefined && status === undefined && body === undefined;
  if (onlyDelayed || destroy || cutAfter || transform) {
    return undefined;
  }
  const json = typeof body !== 'string';
  const answer: OutgoingHttpHeaders = {
    'content-type': contentType ?? (json ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'),
    'cache-control': 'no-store',
    ...headers,
  };
  return {
    status: status ?? 500,
    headers: answer,
    body: json
      ? JSON.stringify(
          body ?? { code: 'oidc.server_error', message: 'An injected failure.', error: 'server_error' },
        )
      : body,
  };
}
