import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { hasCode } from '../has-code.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';

/** What the command looks for in the current directory when no file is named. */
const defaultNames = [
  'logto-emulator.json',
  'logto-emulator.config.json',
  'logto-emulator.config.mjs',
  'logto-emulator.config.js',
  'logto-emulator.config.mts',
  'logto-emulator.config.ts',
];

/** The configuration file to use: the one named, or the first that is there; undefined when none is. */
export function findConfig(directory: string, named: string | undefined): string | undefined {
  if (named !== undefined) {
    return resolve(directory, named);
  }
  return defaultNames.map((name) => resolve(directory, name)).find((path) => existsSync(path));
}

/** Reads JSON, or imports a module's default export, which may be a function. */
export async function readConfig(path: string): Promise<LogtoEmulatorOptions> {
  try {
    const value: unknown =
      extname(path) === '.json' ? JSON.parse(await readFile(path, 'utf8')) : await importDefault(path);
    if (value === null || typeof value !== 'object') {
      throw new Error('it holds no object; export the options as default');
    }
    return value;
  } catch (error) {
    const message =
      error !== null && typeof error === 'object' && 'message' in error
        ? String(error.message)
        : String(error);
    throw new LogtoEmulatorError('config_unreadable', `${path} cannot be read: ${remedied(error, message)}`, {
      cause: error,
    });
  }
}

async function importDefault(path: string): Promise<unknown> {
  const { mtimeMs } = await stat(path);
  // Modules are cached by URL: a file that changed needs another one.
  const module = (await import(`${pathToFileURL(path).href}?changed=${mtimeMs}`)) as { default?: unknown };
  return typeof module.default === 'function' ? (module.default as () => unknown)() : module.default;
}

function remedied(error: unknown, message: string): string {
  if (hasCode(error, 'ENOENT')) {
    return 'there is no such file';
  }
  return hasCode(error, 'ERR_UNKNOWN_FILE_EXTENSION')
    ? 'this Node cannot read TypeScript (22.18 and later can); use .json or .mjs instead'
    : message;
}
