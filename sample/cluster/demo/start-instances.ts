import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../instance.js', import.meta.url));

/** A running instance. */
interface Instance {
  readonly name: string;
  readonly process: ChildProcess;
}

/** The running instances by port. An instance that ends is removed. */
export type Instances = Map<number, Instance>;

/** Starts an instance of the app for each name, each in its own process. */
export async function startInstances(names: readonly string[]): Promise<Instances> {
  const running: Instances = new Map();
  await Promise.all(names.map((name) => startInstance(name, running)));
  return running;
}

/** Replaces one instance after the other by one with the current environment. */
export async function restartInstances(running: Instances): Promise<void> {
  const replaced = Array.from(running);
  for (const [port, { name, process: old }] of replaced) {
    await startInstance(name, running);
    // From here on the proxy sends no requests to it.
    running.delete(port);
    const ended = once(old, 'exit');
    old.kill();
    await ended;
  }
}

async function startInstance(name: string, running: Instances): Promise<void> {
  const child = fork(program, { env: { ...process.env, INSTANCE: name } });
  process.once('exit', () => child.kill());
  const ended = once(child, 'exit').then(() => {
    throw new Error(`Instance ${name} did not start.`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  ended.catch(() => {
    if (running.delete(message.port)) console.log(`  Instance ${name} has ended. The others keep running.`);
  });
  running.set(message.port, { name, process: child });
  console.log(`  Instance ${name}  http://localhost:${message.port}, process ${child.pid}`);
}
