import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/app.js';

/** The sample, running in a process of its own. */
export interface Sample {
  /** The address it says to open. */
  readonly baseUrl: string;
  /** All that it has written so far. */
  output(): string;
  /** Presses Ctrl-C. @returns the exit code, null if a signal ended it */
  interrupt(): Promise<number | null>;
}

/** How to start the sample. */
export interface SampleStart {
  /** Default: what `npm start` has built and then runs. */
  command?: string[];
  env?: Record<string, string>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Starts the sample on free ports. @throws when it ends instead, with what it wrote */
export async function startSample({ command = built, env = {} }: SampleStart = {}): Promise<Sample> {
  const { PORT = String(await freePort()), LOGTO_EMULATOR_PORT = String(await freePort()) } = env;
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...withoutLogto(process.env), ...env, PORT, LOGTO_EMULATOR_PORT, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm has children: in a group of their own they can be sent Ctrl-C together, as a terminal does.
    detached: program === 'npm',
    // Nothing may stay behind, whatever becomes of a test.
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
    interrupt: () => {
      const running = child.exitCode === null && child.signalCode === null;
      if (running && child.pid !== undefined)
        process.kill(program === 'npm' ? -child.pid : child.pid, 'SIGINT');
      return ended;
    },
  };
}

const built = [process.execPath, 'build/sample/web/main.js'];

/** Whatever Logto the machine is set up for is not this test's. */
function withoutLogto(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('LOGTO_') && name !== 'NODE_ENV'),
  );
}
