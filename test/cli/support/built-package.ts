import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import { leftovers } from '../../support/runner/leftovers.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The result of a command. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The package in a directory of its own, where modules can import it by name. Specs run without a build. */
export class BuiltPackage {
  private constructor(readonly directory: string) {}

  static async create(): Promise<BuiltPackage> {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-logto-'));
    leftovers.add(() => rm(directory, { recursive: true }));
    await cp(join(root, 'package.json'), join(directory, 'package.json'));
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    const names = await readdir(join(root, 'src'), { recursive: true });
    await Promise.all(names.filter((name) => name.endsWith('.ts')).map((name) => compile(name, directory)));
    return new BuiltPackage(directory);
  }

  /** Writes a file of an app into the directory. */
  async write(name: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.directory, name)), { recursive: true });
    await writeFile(join(this.directory, name), content);
  }

  /** Runs `nestjs-logto` in the directory, with these environment variables only. */
  run(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> {
    return new Promise((resolve) => {
      const command = join(this.directory, 'dist/cli/nestjs-logto.js');
      const options = { cwd: this.directory, env: { PATH: process.env.PATH, NODE_ENV: 'test', ...env } };
      const child = execFile(process.execPath, [command, ...args], options, (_error, stdout, stderr) =>
        resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }
}

async function compile(name: string, directory: string): Promise<void> {
  const { code } = await transformFile(join(root, 'src', name), {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  });
  const target = join(directory, 'dist', name.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
