import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { InstanceReport } from './instance-report.js';

/** A running instance of the app. */
export interface Instance {
  readonly port: number;
  report(): Promise<InstanceReport>;
  stop(): Promise<void>;
}

export async function startInstance(port: number, env: Record<string, string>): Promise<Instance> {
  const child = fork(fileURLToPath(new URL('instance.js', import.meta.url)), [], {
    env: { ...process.env, ...env, SOAK_PORT: String(port), NODE_ENV: 'production' },
    execArgv: ['--expose-gc'],
  });
  await once(child, 'message');
  return {
    port,
    async report() {
      child.send('report');
      const [report] = (await once(child, 'message')) as [InstanceReport];
      return report;
    },
    async stop() {
      child.send('stop');
      await once(child, 'exit');
    },
  };
}

/** A Redis that keeps its data when it is killed. */
export interface Redis {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function startRedis(port: number, directory: string): Promise<Redis> {
  let child: ChildProcess | undefined;
  const redis: Redis = {
    url: `redis://localhost:${port}`,
    async start() {
      child = spawn(
        'redis-server',
        [
          '--port',
          String(port),
          '--dir',
          directory,
          '--appendonly',
          'yes',
          '--appendfsync',
          'always',
          '--save',
          '',
        ],
        { stdio: 'ignore' },
      );
      child.once('error', (error) => {
        console.error(`redis-server cannot be started (Debian's package is redis-server): ${error.message}`);
        process.exit(1);
      });
      await listening(port);
    },
    async kill() {
      if (!child) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      child = undefined;
    },
  };
  await redis.start();
  return redis;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await setTimeout(50);
  }
  throw new Error(`No server listens on port ${port}.`);
}
