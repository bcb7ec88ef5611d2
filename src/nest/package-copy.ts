import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Logger } from '@nestjs/common';
import { LogtoSetupException } from '../logto.exceptions.js';

/** One copy of this package: a program may load several, and the classes of one are unknown to the others. */
interface PackageCopy {
  /** The folder it was loaded from. */
  readonly path: string;
}

/* The same in every copy: how they know of each other. */
const mark = Symbol.for('nestjs-logto.copy');
const registry = Symbol.for('nestjs-logto.copies');

const thisCopy: PackageCopy = { path: packageFolder() };
const loaded = ((globalThis as { [registry]?: Set<PackageCopy> })[registry] ??= new Set());
loaded.add(thisCopy);

let warned = false;

/** Marks a class, or an object that others will inherit from, as one of this copy's. */
export function markCopy(subject: object): void {
  Object.defineProperty(subject, mark, { value: thisCopy, configurable: true });
}

/** Whether a class, or an object, is marked by another copy than this one. */
export function isOfOtherCopy(subject: unknown): boolean {
  const copy = copyOf(subject);
  return copy !== undefined && copy !== thisCopy;
}

/**
 * What is wrong where two copies meet in one app.
 * @param ours what is of this copy
 * @param theirs what is of the other
 * @param marked something that the other copy has marked
 */
export function loadedTwice(ours: string, theirs: string, marked: unknown): LogtoSetupException {
  return new LogtoSetupException(
    'package_loaded_twice',
    `Two copies of nestjs-logto are in this app, and cannot work together: ${ours} comes from ${thisCopy.path} and ` +
      `${theirs} from ${copyOf(marked)?.path}. ${remedy}`,
  );
}

/**
 * Warns once when the program has loaded copies from several folders. What another copy's class does, such as the
 * injection of its LogtoService, may fail in Nest before anything here can explain it.
 */
export function warnOfOtherCopies(): void {
  const paths = [...new Set([...loaded].map(({ path }) => path))];
  if (warned || paths.length < 2) return;
  warned = true;
  new Logger('LogtoModule').warn(
    `${paths.length} copies of nestjs-logto are loaded: ${paths.join(' and ')}. One app can use only one of them: ` +
      `Nest does not find a LogtoService of another copy. ${remedy}`,
  );
}

const remedy =
  'Let every package of the workspace resolve to the same one: the same version everywhere (`npm ls nestjs-logto` ' +
  'lists them, `npm dedupe` merges them), and the same versions of its peer dependencies.';

function copyOf(subject: unknown): PackageCopy | undefined {
  return (subject as { [mark]?: PackageCopy } | undefined | null)?.[mark];
}

/**
 * The folder that all files of this copy lie in. `import.meta.url` would lead to it, but no compiler turns that into CommonJS, as Jest does with
 * this package in CommonJS projects.
 */
function packageFolder(): string {
  // eslint-disable-next-line typescript/unbound-method
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_error, sites) => sites;
  const [site] = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  const file = site?.getFileName() ?? 'an unknown folder';
  return dirname(dirname(file.startsWith('file:') ? fileURLToPath(file) : file));
}
