import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { leftovers } from '../runner/leftovers.js';

/** A response of {@link OtherServer}. */
export interface OtherServerResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A server that is neither the app nor Logto. It records the requests that it receives. */
export class OtherServer {
  /** Paths with their queries. */
  readonly requests: string[] = [];

  private readonly server = createServer((request, response) => {
    this.requests.push(request.url ?? '');
    request.resume();
    void this.answer().then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });

  private constructor(private readonly answer: () => Promise<OtherServerResponse>) {}

  static async start(
    answer = (): Promise<OtherServerResponse> => Promise.resolve({ status: 204 }),
  ): Promise<OtherServer> {
    const server = new OtherServer(answer);
    await new Promise<void>((resolve) => server.server.listen(0, resolve));
    return server;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  readonly close = leftovers.add(async () => {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  });
}
