import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a {@link Receiver} has received. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The application's server for back-channel logout and webhooks. It records the requests. */
export class Receiver {
  readonly received: Received[] = [];
  /** The statuses of the next responses, and 200 after those. */
  readonly statuses: number[] = [];
  private waiting: (() => void)[] = [];

  private readonly server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url: path = '', headers } = req;
      this.received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      res.writeHead(this.statuses.shift() ?? 200).end();
      this.waiting.splice(0).forEach((resolve) => resolve());
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Removes and returns the first request that matches. Waits for it if necessary. */
  async next(matches: (received: Received) => boolean = () => true): Promise<Received> {
    for (;;) {
      const found = this.received.findIndex((one) => matches(one));
      if (found >= 0) {
        return this.received.splice(found, 1)[0] as Received;
      }
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }
}
