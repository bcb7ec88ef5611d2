import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a {@link Receiver} has had. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An application's end of back-channel logouts and webhooks: it keeps what it gets. */
export class Receiver {
  readonly received: Received[] = [];
  /** What it answers, one after the other, then 200. */
  readonly statuses: number[] = [];
  private waiting: (() => void)[] = [];

  private readonly server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url: path = '', headers } = req;
      this.received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      res.writeHead(this.statuses.shift() ?? 200).end();
      this.waiting.splice(0).forEach((go) => go());
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next request that is not there yet. */
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
