import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../instance.js', import.meta.url));

/** The running instances by port. */
export type Instances = ReadonlyMap<number, ChildProcess>;

/**
 * Starts an instance of the app for each name, each in its own process.
 * @returns the running instances; an instance that ends is removed
 */
export async function startInstances(names: readonly string[]): Promise<Instances> {
  const running = new Map<number, ChildProcess>();
  await Promise.all(
    names.map(async (name) => {
      const child = fork(program, { env: { ...process.env, INSTANCE: name } });
      process.once('exit', () => child.kill());
      const ended = once(child, 'exit').then(() => {
        throw new Error(`Instance ${name} did not start.`);
      });
      const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
      ended.catch(() => {
        running.delete(message.port);
        console.log(`  Instance ${name} has ended. The others keep running.`);
      });
      running.set(message.port, child);
      console.log(`  Instance ${name}  http://localhost:${message.port}, process ${child.pid}`);
    }),
  );
  return running;
}
