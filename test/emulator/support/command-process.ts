import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { transformFile } from '@swc/core';
import { leftovers } from '../../support/runner/leftovers.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The `logto-emulator` command in its own process and directory, where configuration files can import the package
 * by name.
 */
export class CommandProcess {
  private readonly lines: AsyncIterableIterator<string>;
  private readonly errors: string[] = [];
  private readonly end: () => Promise<void>;

  private constructor(
    private readonly directory: string,
    private readonly child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream },
  ) {
    this.lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    const ended = once(child, 'close');
    this.end = leftovers.add(async () => {
      child.kill('SIGINT');
      await ended;
      await rm(directory, { recursive: true });
    });
  }

  /** @param files the contents of files in the directory, by name */
  static async run(files: Record<string, string>, ...args: string[]): Promise<CommandProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'logto-emulator-'));
    await buildPackage(directory);
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    const child = spawn(process.execPath, [join(directory, 'dist/emulator/logto-emulator.js'), ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new CommandProcess(directory, child);
  }

  write(name: string, content: string): Promise<void> {
    return writeFile(join(this.directory, name), content);
  }

  /** The output up to the first line that matches. @throws Error when the command exits before */
  async printed(last: RegExp): Promise<string> {
    const found: string[] = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`The command ended:\n${[...found, ...this.errors].join('\n')}`);
      found.push(value);
      if (last.test(value)) return found.join('\n');
    }
  }

  /** Presses Ctrl-C. @returns the exit code, null if a signal ended it */
  async interrupt(): Promise<number | null> {
    await this.end();
    return this.child.exitCode;
  }
}

/** Compiles the emulator into the directory, because specs run without a build. */
async function buildPackage(directory: string): Promise<void> {
  await cp(join(root, 'package.json'), join(directory, 'package.json'));
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  const sources = await readdir(join(root, 'src/emulator'), { recursive: true });
  await Promise.all(
    sources
      .filter((source) => source.endsWith('.ts'))
      .map(async (source) => {
        const { code } = await transformFile(join(root, 'src/emulator', source), {
          jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        });
        const target = join(directory, 'dist/emulator', source.replace(/\.ts$/, '.js'));
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, code);
      }),
  );
}
