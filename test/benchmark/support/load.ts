import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import type { ContenderProcess } from './contender-process.js';

/** The number of concurrent requests. */
const connections = 8;

/** The requests to send to a contender. */
export interface Target {
  readonly path: string;
  /** The headers of the requests, used in turn. */
  readonly headers: readonly Record<string, string>[];
}

/** The cost of a number of requests. */
export interface Sample {
  /** CPU time of the contender's process per request, in microseconds. */
  readonly cpu: number;
  /** Time between two responses over all connections, in microseconds. */
  readonly time: number;
}

/** Sends a number of requests. All of them have to succeed. */
export async function load(
  { name, baseUrl, remote }: ContenderProcess,
  { path, headers }: Target,
  amount: number,
): Promise<Sample> {
  let opened = 0;
  const before = await remote.call('cpu');
  const start = performance.now();
  let end = start;
  const result = await autocannon({
    url: `${baseUrl.replace('localhost', '127.0.0.1')}${path}`,
    connections,
    amount,
    // How often autocannon checks whether it is done, in milliseconds.
    sampleInt: 25,
    setupClient: (client) => {
      // Each connection has its own headers. Otherwise the others would use what one of them put into a cache.
      const own = headers.filter((_, index) => index % connections === opened % connections);
      opened += 1;
      client.on('response', () => (end = performance.now()));
      client.setRequests((own.length > 0 ? own : headers).map((each) => ({ path, headers: each })));
    },
  });
  const after = await remote.call('cpu');
  if (result['2xx'] !== amount || result.errors > 0) {
    throw new Error(
      `${name} answered ${result['2xx']} of ${amount} requests to ${path} with 2xx, ${result.non2xx} with another status, ${result.errors} not at all.`,
    );
  }
  return { cpu: (after - before) / amount, time: ((end - start) * 1000) / amount };
}
