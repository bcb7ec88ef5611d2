import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from 'redis';
import { freePort } from '../../support/app/free-port.js';

/** A Redis server for the benchmark, which writes nothing to disk. */
export class RedisServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly version: string,
  ) {}

  /** @throws Error if `redis-server` is not installed */
  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const child = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    const url = `redis://127.0.0.1:${port}`;
    const client = createClient({ url, socket: { reconnectStrategy: 50 } });
    client.on('error', () => undefined);
    await client.connect();
    const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? '';
    client.destroy();
    return new RedisServer(child, url, version);
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, 'exit');
  }
}
