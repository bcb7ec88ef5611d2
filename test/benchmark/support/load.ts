import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import type { ContenderProcess } from './contender-process.js';

/** How many requests are under way at any time. */
const connections = 8;

/** What a contender is sent. */
export interface Target {
  readonly path: string;
  /** The headers of the requests, one after the other. One for all: the same each time. */
  readonly headers: readonly Record<string, string>[];
}

/** What a number of requests took. */
export interface Sample {
  /** Microseconds of CPU of the contender's process, for each request. */
  readonly cpu: number;
  /** Microseconds from one answer to the next, over all connections. */
  readonly time: number;
}

/** Sends a number of requests, all of which have to succeed. */
export async function load(
  { name, baseUrl, remote }: ContenderProcess,
  { path, headers }: Target,
  amount: number,
): Promise<Sample> {
  let opened = 0;
  const before = await remote.ask('cpu');
  const start = performance.now();
  let end = start;
  const result = await autocannon({
    url: `${baseUrl.replace('localhost', '127.0.0.1')}${path}`,
    connections,
    amount,
    // How often it looks whether it is done, in milliseconds.
    sampleInt: 25,
    setupClient: (client) => {
      // Each connection has its own, or what one brings into a cache the others would find there.
      const own = headers.filter((_, index) => index % connections === opened % connections);
      opened += 1;
      client.on('response', () => (end = performance.now()));
      client.setRequests((own.length > 0 ? own : headers).map((each) => ({ path, headers: each })));
    },
  });
  const after = await remote.ask('cpu');
  if (result['2xx'] !== amount || result.errors > 0) {
    throw new Error(
      `${name} answered ${result['2xx']} of ${amount} requests to ${path} well, ${result.non2xx} not, ${result.errors} never.`,
    );
  }
  return { cpu: (after - before) / amount, time: ((end - start) * 1000) / amount };
}
