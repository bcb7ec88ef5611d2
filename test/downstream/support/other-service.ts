import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { leftovers } from '../../support/runner/leftovers.js';

/** A request that {@link OtherService} has received. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A response of {@link OtherService}. */
export interface OtherServiceResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** Another service that the app calls. */
export class OtherService {
  requests: ReceivedRequest[] = [];
  /** The next responses, and 200 after those. For `undefined`, the service never responds. */
  answers: (OtherServiceResponse | undefined)[] = [];

  private readonly server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    void text(request)
      .catch(() => '')
      .then((body) => {
        this.requests.push({ method, path, headers, body });
        const answer = this.answers.length > 0 ? this.answers.shift() : { status: 200, body: 'done' };
        if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
      });
  });

  static async start(): Promise<OtherService> {
    const service = new OtherService();
    await new Promise<void>((resolve) => service.server.listen(0, 'localhost', resolve));
    leftovers.add(async () => {
      service.server.closeAllConnections();
      await new Promise((resolve) => service.server.close(resolve));
    });
    return service;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** The access tokens of the requests; `undefined` for a request without one. */
  get tokens(): (string | undefined)[] {
    return this.requests.map(({ headers }) => headers.authorization?.replace(/^Bearer /, ''));
  }

  reset(): void {
    this.requests = [];
    this.answers = [];
  }
}
