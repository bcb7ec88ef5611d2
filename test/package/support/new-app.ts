import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLater } from '../../support/runner/leftovers.js';
import { packed } from './packed.js';
import { succeed, type CommandOptions } from './run.js';

/** A script that keeps running. */
export interface RunningScript {
  /** What it printed until it was ready. */
  output: string;
  close(): Promise<void>;
}

/** Development tools that this test does not run. Without them an app is installed in half the time. */
const notNeeded = /^(?:@eslint\/|eslint|typescript-eslint|prettier|ox?lint|@nestjs\/mau|@vitest\/coverage)/;

/** An app that `nest new` creates, in a folder of its own. */
export class NewApp {
  private constructor(readonly directory: string) {}

  /** @param cli version of `@nestjs/cli` */
  static async create(cli: string): Promise<NewApp> {
    const parent = await mkdtemp(join(tmpdir(), 'nestjs-logto-first-hour-'));
    closeLater({ close: () => rm(parent, { recursive: true, force: true }) });
    const flags = ['--skip-install', '--skip-git', '--package-manager', 'npm'];
    await succeed('npx', ['--yes', `@nestjs/cli@${cli}`, 'new', 'my-app', ...flags], parent, asUser());
    const app = new NewApp(join(parent, 'my-app'));
    await cp(app.sources, app.createdSources, { recursive: true });
    return app;
  }

  private get sources(): string {
    return join(this.directory, 'src');
  }

  private get createdSources(): string {
    return join(this.directory, '..', 'created');
  }

  /** Puts the sources back that `nest new` created. */
  async resetSources(): Promise<void> {
    await rm(this.sources, { recursive: true });
    await cp(this.createdSources, this.sources, { recursive: true });
  }

  /** Installs the app with the packed package and what its emulator needs. */
  async install(): Promise<void> {
    const manifest = JSON.parse(await this.read('package.json')) as {
      devDependencies: Record<string, string>;
    };
    manifest.devDependencies = Object.fromEntries(
      Object.entries(manifest.devDependencies).filter(([name]) => !notNeeded.test(name)),
    );
    await this.write('package.json', JSON.stringify(manifest, null, 2));
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await this.run('npm', ...install, packed().tarball);
    await this.run('npm', ...install, '--save-dev', 'oidc-provider');
  }

  /** Runs a command that has to succeed. @returns what it printed */
  run(command: string, ...parameters: string[]): Promise<string> {
    return succeed(command, parameters, this.directory, asUser());
  }

  /** Starts a script of the app, and waits until it prints that it is ready. It is stopped after the test file. */
  start(script: string, ready: RegExp, ...parameters: string[]): Promise<RunningScript> {
    return this.startCommand(['npm', 'run', script, '--', ...parameters], ready);
  }

  /** Starts a command that keeps running, and waits until it prints that it is ready. It is stopped after the test file. */
  async startCommand([command = '', ...parameters]: string[], ready: RegExp): Promise<RunningScript> {
    const child = spawn(command, parameters, {
      cwd: this.directory,
      env: userEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm starts child processes. In a process group of their own, all of them get the signal.
      detached: true,
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
    });
    const close = async (): Promise<void> => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await ended;
    };
    const running = closeLater({ output: '', close });
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        running.output += chunk.toString();
        if (ready.test(running.output)) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void ended.then(() =>
        reject(new Error(`${command} ${parameters.join(' ')} ended:\n${running.output}`)),
      );
    });
    return running;
  }

  read(path: string): Promise<string> {
    return readFile(join(this.directory, path), 'utf8');
  }

  write(path: string, text: string): Promise<void> {
    return writeFile(join(this.directory, path), text);
  }

  /** Replaces parts of a file, each of which has to be there. */
  async edit(path: string, ...replacements: [part: string | RegExp, replacement: string][]): Promise<void> {
    let text = await this.read(path);
    for (const [part, replacement] of replacements) {
      const edited = text.replace(part, replacement);
      if (edited === text) throw new Error(`${path} does not contain ${String(part)}:\n${text}`);
      text = edited;
    }
    await this.write(path, text);
  }
}

/** npm may take long on a busy machine. */
function asUser(): CommandOptions {
  return { env: userEnvironment(), timeout: 300_000 };
}

/** The environment of a user's terminal: without what Jest and this machine add. */
function userEnvironment(): NodeJS.ProcessEnv {
  const added = /^(?:LOGTO_|JEST_|npm_|NODE_ENV$|NODE_OPTIONS$|PORT$|PACKED_)/;
  const kept = Object.entries(process.env).filter(
    ([name]) => !added.test(name) || name.startsWith('npm_config_'),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}
