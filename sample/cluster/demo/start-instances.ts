import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../instance.js', import.meta.url));

/** The instances that run, by the port that each listens on. */
export type Instances = ReadonlyMap<number, ChildProcess>;

/**
 * Starts an instance of the app for each name, each in a process of its own.
 * @returns those that run; one that ends is taken out
 */
export async function startInstances(names: readonly string[]): Promise<Instances> {
  const running = new Map<number, ChildProcess>();
  await Promise.all(
    names.map(async (name) => {
      const child = fork(program, { env: { ...process.env, INSTANCE: name } });
      process.once('exit', () => child.kill());
      const ended = once(child, 'exit').then(() => {
        throw new Error(`Instance ${name} could not start.`);
      });
      const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
      ended.catch(() => {
        running.delete(message.port);
        console.log(`  Instance ${name} ended; the others go on.`);
      });
      running.set(message.port, child);
      console.log(`  Instance ${name}  http://localhost:${message.port}, process ${child.pid}`);
    }),
  );
  return running;
}
