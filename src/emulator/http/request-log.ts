import type { IncomingHttpHeaders } from 'node:http';

import { endpointOf, type EmulatorEndpoint } from './emulator-endpoint.js';

/** A request that the emulator has received. */
export interface RecordedRequest {
  /** Undefined for pages. */
  endpoint: EmulatorEndpoint | undefined;
  method: string;
  path: string;
  /** The query parameters. */
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** The fields of a form. */
  body: Record<string, string>;
  at: Date;
}

/** Keeps the memory of a long-running emulator bounded. */
const limit = 10_000;

/** The received requests, newest last, and their number for each endpoint. */
export class RequestLog {
  private entries: RecordedRequest[] = [];
  private readonly counts = new Map<EmulatorEndpoint, number>();

  add(method: string, target: string, headers: IncomingHttpHeaders, body: Buffer): RecordedRequest {
    const url = new URL(target, 'http://localhost');
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const entry: RecordedRequest = {
      endpoint: endpointOf(url.pathname),
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      body: isForm ? Object.fromEntries(new URLSearchParams(body.toString('utf8'))) : {},
      at: new Date(),
    };
    this.entries.push(entry);
    if (this.entries.length > limit) this.entries = this.entries.slice(limit / 2);
    if (entry.endpoint) this.counts.set(entry.endpoint, this.count(entry.endpoint) + 1);
    return entry;
  }

  list(endpoint?: EmulatorEndpoint): RecordedRequest[] {
    return this.entries.filter((entry) => !endpoint || entry.endpoint === endpoint);
  }

  count(endpoint: EmulatorEndpoint): number {
    return this.counts.get(endpoint) ?? 0;
  }

  reset(): void {
    this.entries = [];
    this.counts.clear();
  }
}
