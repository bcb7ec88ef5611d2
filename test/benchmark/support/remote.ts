import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';

/** The functions that a process exposes to its parent. */
export type RemoteFunctions = Record<string, (...parameters: never[]) => unknown>;

interface Call {
  id: number;
  name: string;
  parameters: never[];
}

interface Result {
  id: number;
  value?: unknown;
  error?: string;
}

/** A child process, called over IPC. The load must not run in the process that it measures. */
export class Remote<F extends RemoteFunctions> {
  private readonly pending = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private last = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, value, error }: Result) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (error === undefined) call?.resolve(value as never);
      else call?.reject(new Error(error));
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr = `${stderr}${chunk.toString()}`.slice(-2000)));
    child.on('exit', (code) => {
      const error = new Error(`A process ended with code ${code}. ${stderr}`);
      for (const { reject } of this.pending.values()) reject(error);
      this.pending.clear();
    });
  }

  /** Starts a module as a process, with `NODE_ENV=production`. */
  static start<F extends RemoteFunctions>(
    module: URL,
    parameters: readonly string[],
    options: ForkOptions = {},
  ): Remote<F> {
    return new Remote<F>(
      fork(module, parameters, {
        env: { ...process.env, NODE_ENV: 'production' },
        execArgv: ['--expose-gc', '--no-warnings'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        ...options,
      }),
    );
  }

  call<K extends keyof F & string>(
    name: K,
    ...parameters: Parameters<F[K]>
  ): Promise<Awaited<ReturnType<F[K]>>> {
    return new Promise((resolve, reject) => {
      const id = (this.last += 1);
      this.pending.set(id, { resolve, reject });
      this.child.send({ id, name, parameters });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await ended;
  }
}

/** Exposes functions to the parent process. */
export function expose(functions: RemoteFunctions): void {
  // Exits when the parent process ends for any reason. A regular exit lets Node write its profiles.
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, parameters }: Call) => {
    void (async () => {
      try {
        const called = functions[name];
        if (!called) throw new Error(`There is no function "${name}".`);
        process.send?.({ id, value: await called(...parameters) });
      } catch (error) {
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
    })();
  });
}
