import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AppSetup } from './app.js';
import { freePort } from './free-port.js';

/** What an instance starts with. */
export interface InstanceSetup extends Pick<AppSetup, 'endpoint' | 'redis' | 'port' | 'baseUrl'> {
  /** Seconds. Default: that of the module. */
  readonly revalidateAfter?: number;
}

/** What an instance reports. */
export interface InstanceReport {
  /** When it has sent requests to the token endpoint since the last report, in milliseconds since 1970. */
  readonly sent: readonly number[];
}

/** An instance of the app in a process of its own. */
export class InstanceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(setup: InstanceSetup): Promise<InstanceProcess> {
    const port = await freePort();
    const child = fork(
      fileURLToPath(new URL('instance.js', import.meta.url)),
      [JSON.stringify({ port, ...setup })],
      { env: { ...process.env, NODE_ENV: 'production' } },
    );
    await once(child, 'message');
    return new InstanceProcess(child, port);
  }

  /** When it has sent token requests since the last call. */
  async takeReport(): Promise<readonly number[]> {
    this.child.send('report');
    const [{ sent }] = (await once(this.child, 'message')) as [InstanceReport];
    return sent;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
