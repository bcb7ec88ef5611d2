import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { hasCode } from '../has-code.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { ResolvedOptions } from '../options/logto-emulator-schema.js';
import { faultResponse, type FaultQueue } from './fault-queue.js';
import { HttpExchange, type EmulatorResponse } from './http-exchange.js';
import type { RequestLog } from './request-log.js';

const bodyLimit = 1024 * 1024;

/** The longest that a timer waits, in milliseconds: about 25 days. */
const longestDelay = 2 ** 31 - 1;

/** The HTTP server: records requests, injects faults, and leaves the rest to `app`. */
export class EmulatorServer {
  private servers: Server[] = [];
  private currentPort = 0;

  constructor(
    private readonly options: Pick<ResolvedOptions, 'host' | 'log'>,
    private readonly app: (exchange: HttpExchange) => Promise<void>,
    private readonly requests: RequestLog,
    private readonly faults: FaultQueue,
  ) {}

  get port(): number {
    return this.currentPort;
  }

  /** The server's URL on this machine. */
  get url(): string {
    const { host = 'localhost' } = this.options;
    const isLocal = host === '0.0.0.0' || host === '::' || host === '127.0.0.1';
    const name = host.includes(':') ? `[${host}]` : host;
    return `http://${isLocal ? 'localhost' : name}:${this.currentPort}`;
  }

  /** Listens on `port`; 0 for any free port. */
  async listen(port: number): Promise<void> {
    const { host = 'localhost' } = this.options;
    const addresses = host === 'localhost' || host === '127.0.0.1' ? ['127.0.0.1', '::1'] : [host];
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.currentPort = await this.listenOn(addresses, port);
        return;
      } catch (error) {
        await this.close();
        // A port that is free on IPv4 may be in use on IPv6. Another port may be free on both.
        if (!hasCode(error, 'EADDRINUSE') || port !== 0 || attempt === 10) {
          throw hasCode(error, 'EADDRINUSE') ? portInUse(port, error) : error;
        }
      }
    }
  }

  /** Stops listening and closes all connections. */
  async close(): Promise<void> {
    const servers = this.servers.splice(0);
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  }

  private async listenOn(addresses: string[], port: number): Promise<number> {
    let chosen = port;
    for (const [index, address] of addresses.entries()) {
      const server = createServer((req, res) => {
        void this.handle(req, res);
      });
      try {
        await once(server.listen(chosen, address), 'listening');
      } catch (error) {
        if (index > 0 && (hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT'))) {
          // This machine has no IPv6.
          continue;
        }
        throw error;
      }
      this.servers.push(server);
      chosen = (server.address() as AddressInfo).port;
    }
    return chosen;
  }

  private async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const body = await readBody(req);
      const entry = this.requests.add(req.method ?? 'GET', req.url ?? '/', req.headers, body);
      const fault = this.faults.take(entry.endpoint);
      if (fault?.delay !== undefined && !(await this.delay(fault.delay, req))) return;
      if (fault?.destroy) {
        req.socket.destroy();
        return;
      }
      const response = (fault && faultResponse(fault)) ?? (await this.process(req, body));
      if (fault?.cutAfter) {
        req.socket.destroy();
        return;
      }
      send(res, fault?.transform ? await fault.transform(response) : response);
      this.options.log?.(`${req.method} ${entry.path} ${response.status}`);
    } catch (error) {
      this.options.log?.(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      if (res.headersSent) {
        req.socket.destroy();
      } else {
        send(res, {
          status: 500,
          headers: { 'content-type': 'text/plain' },
          body: 'Internal error in the emulator. Set the option `log`, or run logto-emulator with --verbose, to see it.',
        });
      }
    }
  }

  private async process(req: IncomingMessage, body: Buffer): Promise<EmulatorResponse> {
    const exchange = new HttpExchange(req, body);
    await this.app(exchange);
    return exchange.response();
  }

  /** @returns false if the connection was closed in the meantime */
  private async delay(milliseconds: number, { socket }: IncomingMessage): Promise<boolean> {
    const closed = new AbortController();
    const abort = () => closed.abort();
    socket.once('close', abort);
    try {
      await delay(Math.min(milliseconds, longestDelay), undefined, { signal: closed.signal });
      return true;
    } catch {
      return false;
    } finally {
      socket.off('close', abort);
    }
  }
}

/** Not `buffer()` of `node:stream/consumers`, which has no limit. */
async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new Error('the request is larger than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(res: ServerResponse, { status, headers, body }: EmulatorResponse): void {
  const bytes = Buffer.from(body);
  // A fault may have changed the length of the body.
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = headers;
  res.writeHead(status, status === 204 ? rest : { ...rest, 'content-length': bytes.length });
  res.end(bytes);
}

function portInUse(port: number, cause: unknown): LogtoEmulatorError {
  return new LogtoEmulatorError(
    'port_in_use',
    `Port ${port} is in use. Stop the process that listens on it (another emulator, or Logto itself), or use another \`port\`; 0 chooses a free one.`,
    { cause },
  );
}
