import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';

import type { LogtoEmulator } from '../emulator.js';
import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';
import { startLogtoEmulator } from '../start-logto-emulator.js';
import { banner } from './banner.js';
import { demoConfig } from './demo-config.js';
import { findConfig, readConfig } from './read-config.js';

/** Where the command runs. */
export interface CommandEnvironment {
  directory: string;
  print: (text: string) => void;
  printError: (text: string) => void;
  /** Aborted when the command is to end. */
  signal: AbortSignal;
}

const usage = `Usage: logto-emulator [config file] [options]

A stand-in for Logto, for development and tests.

The configuration file is JSON, or a module with a default export; without one, logto-emulator.json
or logto-emulator.config.* of the current directory is taken, and else a demo tenant.

  -p, --port <port>     port to listen on, 0 for any free one (default: 3001)
      --host <address>  address to listen on (default: loopback only)
      --no-watch        do not start anew when the file changes
  -v, --verbose         print every request
  -h, --help            show this
`;

/** Editors write a file in several steps. */
const settleTime = 100;

/** Runs the `logto-emulator` command until it is told to end; gives its exit code. */
export async function runCommand(args: string[], environment: CommandEnvironment): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(args);
  } catch (error) {
    environment.printError(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    environment.print(usage);
    return 0;
  }

  const path = findConfig(environment.directory, options.file);
  const read = async (): Promise<LogtoEmulatorOptions> => ({
    ...(path === undefined ? demoConfig : await readConfig(path)),
    ...(options.port !== undefined && { port: options.port }),
    ...(options.host !== undefined && { host: options.host }),
    ...(options.verbose && { log: environment.print }),
  });

  let running: LogtoEmulator;
  try {
    running = await start(await read(), path, environment);
  } catch (error) {
    environment.printError(messageOf(error));
    return 1;
  }

  const restart = async () => {
    try {
      const changed = await read();
      // Checked before the old one is stopped: a file that is half written must not end what runs.
      const port = changed.port === 0 ? running.port : changed.port;
      running = await replace(
        running,
        { ...changed, ...(port !== undefined && { port }) },
        path,
        environment,
      );
    } catch (error) {
      environment.printError(`${messageOf(error)}\nThe emulator goes on as it was.`);
    }
  };
  const watcher = path !== undefined && options.watch ? watchFile(path, restart) : undefined;
  await ended(environment.signal);
  await watcher?.close();
  await running.close();
  return 0;
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    allowNegative: true,
    options: {
      port: { type: 'string', short: 'p' },
      host: { type: 'string' },
      watch: { type: 'boolean', default: true },
      verbose: { type: 'boolean', short: 'v', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (positionals.length > 1) {
    throw new Error(`One configuration file, please, not ${positionals.length}.`);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  return { ...values, port, file: positionals[0] };
}

async function start(
  options: LogtoEmulatorOptions,
  path: string | undefined,
  { print }: CommandEnvironment,
): Promise<LogtoEmulator> {
  const emulator = await startLogtoEmulator(options);
  print(
    banner(
      emulator,
      options,
      path === undefined ? 'A demo tenant; write a logto-emulator.json for your own.' : `From ${path}.`,
    ),
  );
  return emulator;
}

/** The new one takes over the port; if it cannot start, the old one goes on. */
async function replace(
  old: LogtoEmulator,
  options: LogtoEmulatorOptions,
  path: string | undefined,
  environment: CommandEnvironment,
): Promise<LogtoEmulator> {
  await old.pause();
  try {
    const next = await start(options, path, environment);
    await old.close();
    return next;
  } catch (error) {
    await old.resume();
    throw error;
  }
}

/** Calls `changed` after each change, one call at a time. */
function watchFile(path: string, changed: () => Promise<void>): { close: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let queue = Promise.resolve();
  // The directory, because editors replace the file, and a watch on the file would stay with the old one.
  const watcher: FSWatcher = watch(dirname(path), (_event, name) => {
    if (name === basename(path)) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        queue = queue.then(changed);
      }, settleTime);
    }
  });
  return {
    close: async () => {
      clearTimeout(timer);
      watcher.close();
      await queue;
    },
  };
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
