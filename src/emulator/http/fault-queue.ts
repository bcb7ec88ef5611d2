import type { EmulatorEndpoint } from './emulator-endpoint.js';
import type { EmulatorResponse } from './http-exchange.js';

/** A fault of the next responses of an endpoint; see {@link LogtoEmulator.failNext}. */
export interface EmulatorFault {
  /** The number of responses that fail. Default: 1. */
  times?: number;
  /**
   * The status of the response, which is sent without processing the request. Default: 500, unless `destroy`, `cutAfter` or
   * `transform` is set, or `delay` is set without `body`.
   */
  status?: number;
  /** The body of that response. An object is sent as JSON. */
  body?: string | Record<string, unknown>;
  /** The headers of that response. */
  headers?: Record<string, string>;
  /** The `Content-Type` of that response. Default: JSON for an object, plain text for a string. */
  contentType?: string;
  /** Milliseconds to wait first. On its own it delays the real response; `Infinity` never responds. */
  delay?: number;
  /** Closes the connection instead of processing the request. */
  destroy?: boolean;
  /** Processes the request, then closes the connection without a response. */
  cutAfter?: boolean;
  /** Processes the request and changes the response. */
  transform?: (response: EmulatorResponse) => EmulatorResponse | Promise<EmulatorResponse>;
}

/** The pending faults of each endpoint, first in, first out. */
export class FaultQueue {
  private readonly pending = new Map<EmulatorEndpoint, { fault: EmulatorFault; remaining: number }[]>();

  add(endpoint: EmulatorEndpoint, fault: EmulatorFault): void {
    const queue = this.pending.get(endpoint) ?? [];
    queue.push({ fault, remaining: fault.times ?? 1 });
    this.pending.set(endpoint, queue);
  }

  take(endpoint: EmulatorEndpoint | undefined): EmulatorFault | undefined {
    const queue = endpoint && this.pending.get(endpoint);
    const next = queue?.[0];
    if (!next) return undefined;
    next.remaining -= 1;
    if (next.remaining <= 0) queue.shift();
    return next.fault;
  }

  clear(): void {
    this.pending.clear();
  }
}

/** The response of a fault; undefined if the request is processed nevertheless, or gets no response. */
export function faultResponse(fault: EmulatorFault): EmulatorResponse | undefined {
  const { status, body, headers, contentType, delay, destroy, cutAfter, transform } = fault;
  const isOnlyDelayed = delay !== undefined && status === undefined && body === undefined;
  if (isOnlyDelayed || destroy || cutAfter || transform) return undefined;
  const isText = typeof body === 'string';
  const serverError = { code: 'oidc.server_error', message: 'An injected failure.', error: 'server_error' };
  return {
    status: status ?? 500,
    headers: {
      'content-type': contentType ?? `${isText ? 'text/plain' : 'application/json'}; charset=utf-8`,
      'cache-control': 'no-store',
      ...headers,
    },
    body: isText ? body : JSON.stringify(body ?? serverError),
  };
}
