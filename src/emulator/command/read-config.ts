import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { hasCode } from '../has-code.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';

/** The names of configuration files in the current directory, in order of precedence. */
const defaultNames = [
  'logto-emulator.json',
  'logto-emulator.config.json',
  'logto-emulator.config.mjs',
  'logto-emulator.config.js',
  'logto-emulator.config.mts',
  'logto-emulator.config.ts',
];

/** The path of the given configuration file, or of the first default one that exists. */
export function findConfig(directory: string, file: string | undefined): string | undefined {
  if (file !== undefined) return resolve(directory, file);
  return defaultNames.map((name) => resolve(directory, name)).find((path) => existsSync(path));
}

/** Reads JSON, or the default export of a module, which may be a function. */
export async function readConfig(path: string): Promise<LogtoEmulatorOptions> {
  try {
    const value: unknown =
      extname(path) === '.json' ? JSON.parse(await readFile(path, 'utf8')) : await importDefault(path);
    if (value === null || typeof value !== 'object') {
      throw new Error('it does not contain an object; export the options as default');
    }
    return value;
  } catch (error) {
    const message =
      error !== null && typeof error === 'object' && 'message' in error
        ? String(error.message)
        : String(error);
    throw new LogtoEmulatorError('config_unreadable', `${path} cannot be read: ${explain(error, message)}`, {
      cause: error,
    });
  }
}

async function importDefault(path: string): Promise<unknown> {
  const { mtimeMs } = await stat(path);
  // Modules are cached by URL: a changed file needs a new one.
  const module = (await import(`${pathToFileURL(path).href}?changed=${mtimeMs}`)) as { default?: unknown };
  return typeof module.default === 'function' ? (module.default as () => unknown)() : module.default;
}

function explain(error: unknown, message: string): string {
  if (hasCode(error, 'ENOENT')) return 'there is no such file';
  return hasCode(error, 'ERR_UNKNOWN_FILE_EXTENSION')
    ? 'TypeScript requires Node.js 22.18 or later; use .json or .mjs instead'
    : message;
}
