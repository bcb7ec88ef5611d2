import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeBlocksOf, type CodeBlock } from '../../package/support/code-blocks.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** How to run a block of a page. */
interface RunOptions {
  /** The placeholders that a reader replaces, such as the endpoint of the tenant. */
  replace?: Record<string, string>;
  /** The reader's own files that the block imports, by name. */
  files?: Record<string, string>;
  /** Code after the block, such as an export of what it makes. */
  append?: string;
}

/** A page of the documentation. Its specs run the code that it shows, not a copy. */
export class Page {
  private imported = 0;

  private constructor(
    private readonly folder: string,
    private readonly blocks: CodeBlock[],
    /** The Markdown of the page. */
    readonly text: string,
  ) {}

  /**
   * Reads a page.
   * @param path the page, such as `docs/how-to/casl.md`
   * @param packages the folder whose packages its code imports. Default: the root
   */
  static async open(path: string, packages = '.'): Promise<Page> {
    const text = await readFile(join(repository, path), 'utf8');
    const folder = join(
      repository,
      packages,
      'build/pages',
      `${basename(path, '.md')}-${process.env.JEST_WORKER_ID}`,
    );
    return new Page(folder, codeBlocksOf(text), text);
  }

  /** Imports the only block that contains a text, as a module. */
  async run<T = Record<string, never>>(text: string, options: RunOptions = {}): Promise<T> {
    const { replace = {}, files = {}, append = '' } = options;
    let code = this.code(text);
    for (const [placeholder, value] of Object.entries(replace)) {
      if (!code.includes(placeholder)) throw new Error(`The block has no "${placeholder}" to replace`);
      code = code.replaceAll(placeholder, value);
    }
    // A folder of its own, because a module is evaluated once.
    const folder = join(this.folder, String((this.imported += 1)));
    for (const [name, content] of Object.entries({ ...files, 'block.ts': `${code}\n${append}` })) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    return (await import(join(folder, 'block.ts'))) as T;
  }

  /** The code of the only block that contains a text. */
  code(text: string): string {
    const found = this.blocks.filter(({ code }) => code.includes(text));
    if (found.length !== 1 || found[0] === undefined)
      throw new Error(`${found.length} blocks of ${basename(this.folder)} contain "${text}"`);
    return found[0].code;
  }
}
