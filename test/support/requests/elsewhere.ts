import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { leftovers } from '../runner/leftovers.js';

/** What {@link Elsewhere} answers. */
export interface ElsewhereAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A server that is not Logto, for what may lead there: it keeps what it was asked for. */
export class Elsewhere {
  /** Paths with their queries. */
  readonly requests: string[] = [];

  private readonly server = createServer((request, response) => {
    this.requests.push(request.url ?? '');
    request.resume();
    void this.answer().then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });

  private constructor(private readonly answer: () => Promise<ElsewhereAnswer>) {}

  static async start(
    answer = (): Promise<ElsewhereAnswer> => Promise.resolve({ status: 204 }),
  ): Promise<Elsewhere> {
    const elsewhere = new Elsewhere(answer);
    await new Promise<void>((resolve) => elsewhere.server.listen(0, resolve));
    return elsewhere;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  readonly close = leftovers.ends(async () => {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  });
}
