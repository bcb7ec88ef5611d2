import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';

/** The functions that a process exposes to its parent. */
export type Answers = Record<string, (...parameters: never[]) => unknown>;

interface Question {
  id: number;
  name: string;
  parameters: never[];
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** A child process, called over IPC. The load must not run in the process that it measures. */
export class Remote<A extends Answers> {
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private last = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, value, error }: Answer) => {
      const question = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) question?.resolve(value as never);
      else question?.reject(new Error(error));
    });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-2000)));
    child.on('exit', (code) => {
      const error = new Error(`A process ended with code ${code}. ${complaint}`);
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    });
  }

  /** Starts a module as a process, with `NODE_ENV=production`. */
  static start<A extends Answers>(
    module: URL,
    parameters: readonly string[],
    options: ForkOptions = {},
  ): Remote<A> {
    return new Remote<A>(
      fork(module, parameters, {
        env: { ...process.env, NODE_ENV: 'production' },
        execArgv: ['--expose-gc', '--no-warnings'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        ...options,
      }),
    );
  }

  ask<K extends keyof A & string>(
    name: K,
    ...parameters: Parameters<A[K]>
  ): Promise<Awaited<ReturnType<A[K]>>> {
    return new Promise((resolve, reject) => {
      const id = (this.last += 1);
      this.waiting.set(id, { resolve, reject });
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

/** Answers the calls of the parent process. */
export function answer(answers: Answers): void {
  // Exits when the parent process ends for any reason. A regular exit lets Node write its profiles.
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, parameters }: Question) => {
    void (async () => {
      try {
        const found = answers[name];
        if (!found) throw new Error(`Nobody answers to "${name}".`);
        process.send?.({ id, value: await found(...parameters) });
      } catch (error) {
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
    })();
  });
}
