import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { leftovers } from '../runner/leftovers.js';

/** A reverse proxy that passes requests to a port of this machine. */
export class PathProxy {
  private readonly server = createServer((incoming, outgoing) => this.pass(incoming, outgoing));

  private constructor(
    private readonly port: number,
    private readonly stripped: string,
  ) {}

  /** @param stripped the prefix that the proxy removes from each path. Default: none */
  static async start(port: number, stripped = ''): Promise<PathProxy> {
    const proxy = new PathProxy(port, stripped);
    await new Promise<void>((resolve) => proxy.server.listen(0, resolve));
    return proxy;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  readonly close = leftovers.add(async () => {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  });

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { url = '/', method, headers } = incoming;
    const rest = url.startsWith(this.stripped) ? url.slice(this.stripped.length) : url;
    const path = rest.startsWith('/') ? rest : `/${rest}`;
    const forwarded = request({ port: this.port, path, method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  }
}
