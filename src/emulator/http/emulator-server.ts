import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { hasCode } from '../has-code.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import { substitute, type FaultQueue } from './fault-queue.js';
import { HttpExchange, type EmulatorResponse } from './http-exchange.js';
import type { RequestLog } from './request-log.js';

const bodyLimit = 1024 * 1024;

/** Listens, counts, and makes answers fail; what the answers say is `app`'s. */
export class EmulatorServer {
  private servers: Server[] = [];
  private readonly stalled = new Set<() => void>();
  private listeningOn = 0;

  constructor(
    private readonly host: string | undefined,
    private readonly app: (exchange: HttpExchange) => Promise<void>,
    private readonly requests: RequestLog,
    private readonly faults: FaultQueue,
    private readonly log: (line: string) => void,
  ) {}

  get port(): number {
    return this.listeningOn;
  }

  /** How the machine itself reaches it. */
  get address(): string {
    const { host = 'localhost' } = this;
    const everywhere = host === '0.0.0.0' || host === '::' || host === '127.0.0.1';
    const name = host.includes(':') ? `[${host}]` : host;
    return `http://${everywhere ? 'localhost' : name}:${this.listeningOn}`;
  }

  /** Listens on `port`, 0 for any that is free. */
  async listen(port: number): Promise<void> {
    const addresses =
      this.host === undefined || this.host === 'localhost' || this.host === '127.0.0.1'
        ? ['127.0.0.1', '::1']
        : [this.host];
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.listeningOn = await this.listenOn(addresses, port);
        return;
      } catch (error) {
        await this.close();
        // A port that is free on IPv4 may be taken on IPv6: another may be free on both.
        if (!hasCode(error, 'EADDRINUSE') || port !== 0 || attempt === 10) {
          throw hasCode(error, 'EADDRINUSE') ? portInUse(port, error) : error;
        }
      }
    }
  }

  /** Stops listening and cuts what is open. */
  async close(): Promise<void> {
    const servers = this.servers.splice(0);
    for (const release of this.stalled) {
      release();
    }
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
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(chosen, address, resolve);
        });
      } catch (error) {
        if (index > 0 && (hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT'))) {
          // A machine without IPv6.
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
      if (fault?.delay !== undefined && !(await this.wait(fault.delay, req))) {
        return;
      }
      if (fault?.destroy) {
        req.socket.destroy();
        return;
      }
      let response = fault && substitute(fault);
      if (!response) {
        const exchange = new HttpExchange(req, body);
        await this.app(exchange);
        response = exchange.response();
      }
      if (fault?.cutAfter) {
        req.socket.destroy();
        return;
      }
      send(res, fault?.transform ? await fault.transform(response) : response);
      this.log(`${req.method} ${entry.path} ${response.status}`);
    } catch (error) {
      this.log(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      if (res.headersSent) {
        req.socket.destroy();
      } else {
        send(res, { status: 500, headers: { 'content-type': 'text/plain' }, body: 'The emulator failed.' });
      }
    }
  }

  /** False when the connection ended before the time was over. */
  private wait(milliseconds: number, req: IncomingMessage): Promise<boolean> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const finish = (whether: boolean) => {
        clearTimeout(timer);
        this.stalled.delete(giveUp);
        req.socket.off('close', giveUp);
        resolve(whether);
      };
      const giveUp = () => finish(false);
      if (Number.isFinite(milliseconds)) {
        timer = setTimeout(() => finish(true), milliseconds);
      }
      this.stalled.add(giveUp);
      req.socket.once('close', giveUp);
    });
  }
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > bodyLimit) {
      throw new Error('the request is larger than 1 MB');
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function send(res: ServerResponse, { status, headers, body }: EmulatorResponse): void {
  const bytes = Buffer.from(body);
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = headers;
  // A body that was bent has another length than the true one.
  res.writeHead(status, status === 204 ? rest : { ...rest, 'content-length': bytes.length });
  res.end(bytes);
}

function portInUse(port: number, cause: unknown): LogtoEmulatorError {
  return new LogtoEmulatorError(
    'port_in_use',
    `Port ${port} is in use. Stop what listens there (another emulator, or Logto itself), or start with another \`port\`; 0 takes any free one.`,
    { cause },
  );
}
