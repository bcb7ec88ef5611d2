import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createClient, type RedisClientType } from 'redis';
import { freePort } from './free-port.js';

/** Commands that only the measurement sends. */
const ownCommands = new Set([
  'client',
  'cluster',
  'config',
  'dbsize',
  'flushall',
  'hello',
  'info',
  'memory',
  'save',
  'scan',
  'ttl',
]);

/** A Redis server of this run, on a free port and with a directory of its own, which writes nothing to disk unless asked. */
export class RedisServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
    readonly client: RedisClientType,
  ) {}

  /**
   * @param isCluster whether it is a cluster, of one node: it refuses commands with keys of several hash slots
   * @throws Error if `redis-server` is not installed
   */
  static async start(isCluster = false): Promise<RedisServer> {
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-logto-scale-'));
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    if (isCluster) options.push('--cluster-enabled', 'yes');
    const child = spawn('redis-server', options, { stdio: 'ignore' });
    await once(child, 'spawn');
    const url = `redis://127.0.0.1:${port}`;
    const client: RedisClientType = createClient({ url, socket: { reconnectStrategy: 50 } });
    // It does not listen yet.
    client.on('error', () => undefined);
    await client.connect();
    if (isCluster) await formCluster(client);
    return new RedisServer(child, directory, url, client);
  }

  /** Commands of the app while `work` runs, by name: `2 get, 1 set`. */
  async commandsOf(work: () => Promise<unknown>): Promise<string> {
    await this.client.sendCommand(['CONFIG', 'RESETSTAT']);
    await work();
    const stats = await this.client.info('commandstats');
    const counts = [...stats.matchAll(/cmdstat_([^:|]+)[^:]*:calls=(\d+)/g)]
      .filter(([, name = '']) => !ownCommands.has(name))
      .map(([, name = '', calls = '']) => [name, Number(calls)] as const);
    const total = counts.reduce((sum, [, calls]) => sum + calls, 0);
    if (total === 0) return '0';
    const names = counts.toSorted(([one], [other]) => one.localeCompare(other));
    return `${total}: ${names.map(([name, calls]) => `${calls} ${name}`).join(', ')}`;
  }

  /** `used_memory` and `used_memory_rss`, in bytes. */
  async memory(): Promise<{ used: number; resident: number }> {
    const info = await this.client.info('memory');
    const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    return { used: read('used_memory'), resident: read('used_memory_rss') };
  }

  /** The size of a snapshot (RDB), in bytes. */
  async snapshotSize(): Promise<number> {
    await this.client.sendCommand(['SAVE']);
    return (await stat(join(this.directory, 'dump.rdb'))).size;
  }

  async version(): Promise<string> {
    return /redis_version:(\S+)/.exec(await this.client.info('server'))?.[1] ?? '';
  }

  async stop(): Promise<void> {
    this.client.destroy();
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Gives the only node all hash slots, and waits until it answers. */
async function formCluster(client: RedisClientType): Promise<void> {
  await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
  while (!(await client.clusterInfo()).includes('cluster_state:ok')) await setTimeout(50);
}
