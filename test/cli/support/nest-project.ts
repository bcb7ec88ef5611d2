import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInit } from '../../../src/cli/init/init-command.js';
import { closeLater } from '../../support/runner/leftovers.js';

const fixtures = join(import.meta.dirname, '../fixtures');
const nodeModules = join(import.meta.dirname, '../../../node_modules');

/** The result of `init`. */
export interface InitResult {
  exitCode: number;
  printed: string;
  errors: string;
}

/** A project on disk, as `nest new` writes it. It is removed after the test. */
export class NestProject {
  private constructor(readonly directory: string) {}

  /**
   * @param fixture which Nest the project is for. The files of a fixture end with `.txt`, so that no tool of this
   * repository processes them
   * @param files other contents of files. `null` removes a file
   */
  static async create(
    fixture: 'nest-11' | 'nest-12',
    files: Record<string, string | null> = {},
  ): Promise<NestProject> {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-logto-init-'));
    closeLater({ close: () => rm(directory, { recursive: true, force: true }) });
    await cp(join(fixtures, fixture), directory, { recursive: true });
    for (const name of await readdir(directory, { recursive: true })) {
      if (name.endsWith('.txt'))
        await rename(join(directory, name), join(directory, name.replace(/\.txt$/, '')));
    }
    await symlink(nodeModules, join(directory, 'node_modules'));
    const project = new NestProject(directory);
    for (const [path, text] of Object.entries(files)) {
      if (text === null) await rm(join(directory, path), { recursive: true });
      else await project.write(path, text);
    }
    return project;
  }

  async init(...args: string[]): Promise<InitResult> {
    const printed: string[] = [];
    const errors: string[] = [];
    const exitCode = await runInit(args, {
      directory: this.directory,
      print: (text) => printed.push(text),
      printError: (text) => errors.push(text),
    });
    return { exitCode, printed: printed.join('\n'), errors: errors.join('\n') };
  }

  read(path: string): Promise<string> {
    return readFile(join(this.directory, path), 'utf8');
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.directory, path)), { recursive: true });
    await writeFile(join(this.directory, path), text);
  }

  /** The contents of all files. */
  async contents(): Promise<Record<string, string>> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    const texts = await Promise.all(
      paths.map(
        async (path) => [path.slice(this.directory.length + 1), await readFile(path, 'utf8')] as const,
      ),
    );
    return Object.fromEntries(texts);
  }
}
