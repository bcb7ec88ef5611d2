import { once } from 'node:events';
import { parseArgs } from 'node:util';

import type { LogtoEmulator } from '../logto-emulator.interface.js';
import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';
import { startLogtoEmulator } from '../start-logto-emulator.js';
import { banner } from './banner.js';
import { demoConfig } from './demo-config.js';
import { findConfig, readConfig } from './read-config.js';
import { watchFile } from './watch-file.js';

/** The environment of the command. */
export interface CommandEnvironment {
  directory: string;
  print: (text: string) => void;
  printError: (text: string) => void;
  /** Ends the command when it is aborted. */
  signal: AbortSignal;
}

const usage = `Usage: logto-emulator [config file] [options]

An emulator of Logto, for development and tests.

The configuration file is JSON, or a module with a default export. The default is logto-emulator.json
or logto-emulator.config.* in the current directory. Without a file, a demo tenant starts.

  -p, --port <port>     port to listen on; 0 for any free port (default: 3001)
      --host <address>  address to listen on (default: loopback only)
      --no-watch        do not restart when the file changes
  -v, --verbose         print every request
  -h, --help            print this help
`;

type CommandOptions = ReturnType<typeof parse>;

/** Runs the `logto-emulator` command. @returns its exit code */
export async function runCommand(args: string[], environment: CommandEnvironment): Promise<number> {
  let options: CommandOptions;
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
  const command = new RunningCommand(options, environment);
  try {
    await command.start();
  } catch (error) {
    environment.printError(messageOf(error));
    return 1;
  }
  if (!environment.signal.aborted) await once(environment.signal, 'abort');
  await command.stop();
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
  if (positionals.length > 1) throw new Error(`Expected one configuration file, got ${positionals.length}.`);
  const port = values.port === undefined ? undefined : Number(values.port);
  return { ...values, port, file: positionals[0] };
}

/** The emulator of a command, which restarts when its configuration file changes. */
class RunningCommand {
  private readonly path: string | undefined;
  private emulator: LogtoEmulator | undefined;
  private watcher: { close: () => Promise<void> } | undefined;

  constructor(
    private readonly options: CommandOptions,
    private readonly environment: CommandEnvironment,
  ) {
    this.path = findConfig(environment.directory, options.file);
  }

  async start(): Promise<void> {
    this.emulator = await this.startEmulator(await this.readOptions());
    if (this.path !== undefined && this.options.watch) {
      this.watcher = watchFile(this.path, () => this.restart());
    }
  }

  async stop(): Promise<void> {
    await this.watcher?.close();
    await this.emulator?.close();
  }

  private async restart(): Promise<void> {
    const previous = this.emulator;
    try {
      const options = await this.readOptions();
      if (options.port === 0 && previous) options.port = previous.port;
      await previous?.pause();
      try {
        this.emulator = await this.startEmulator(options);
      } catch (error) {
        await previous?.resume();
        throw error;
      }
      await previous?.close();
    } catch (error) {
      this.environment.printError(
        `${messageOf(error)}\nThe emulator continues with the previous configuration.`,
      );
    }
  }

  private async readOptions(): Promise<LogtoEmulatorOptions> {
    const { port, host, verbose } = this.options;
    return {
      ...(this.path === undefined ? demoConfig : await readConfig(this.path)),
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
      ...(verbose && { log: this.environment.print }),
    };
  }

  private async startEmulator(options: LogtoEmulatorOptions): Promise<LogtoEmulator> {
    const emulator = await startLogtoEmulator(options);
    this.environment.print(banner(emulator, options, this.path));
    return emulator;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
