import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/app/free-port.js';

/** A sample that runs in its own process. */
export interface Sample {
  /** The URL that it prints to open. */
  readonly baseUrl: string;
  /** Its output so far. */
  output(): string;
  /** Sends Ctrl-C. @returns the exit code, null if a signal ended it */
  interrupt(): Promise<number | null>;
  /** The same as {@link interrupt}. */
  close(): Promise<number | null>;
}

/** How to start a sample. */
export interface SampleStart {
  /** Default: the web sample, as `npm start` builds and runs it. */
  command?: string[];
  env?: Record<string, string>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Starts a sample on free ports. @throws Error with the output when it exits */
export async function startSample({ command = built, env = {} }: SampleStart = {}): Promise<Sample> {
  const { PORT = String(await freePort()), LOGTO_EMULATOR_PORT = String(await freePort()) } = env;
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...withoutLogto(process.env), ...env, PORT, LOGTO_EMULATOR_PORT, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm starts child processes. In a process group of their own, all of them get Ctrl-C, as in a terminal.
    detached: program === 'npm',
    // Ends the process even when a test fails.
    timeout: 300_000,
  });
  let output = '';
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const listening = new Promise<void>((resolve) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/^ {2}Stop +Ctrl-C$/m.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const failed = ended.then((code) => {
    throw new Error(`The sample ended with exit code ${code}:\n${output}`);
  });
  await Promise.race([listening, failed]);
  failed.catch(() => undefined);
  return {
    baseUrl: /^ {2}Open +(\S+)$/m.exec(output)?.[1] ?? '',
    output: () => output,
    interrupt,
    close: interrupt,
  };

  function interrupt(): Promise<number | null> {
    const running = child.exitCode === null && child.signalCode === null;
    if (running && child.pid !== undefined)
      process.kill(program === 'npm' ? -child.pid : child.pid, 'SIGINT');
    return ended;
  }
}

const built = [process.execPath, 'build/sample/web/main.js'];

/** The environment without settings of Logto. */
function withoutLogto(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('LOGTO_') && name !== 'NODE_ENV'),
  );
}
