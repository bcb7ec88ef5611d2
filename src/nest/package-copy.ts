import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Logger } from '@nestjs/common';
import { LogtoSetupException } from '../logto.exceptions.js';

/** One copy of this package. A program may load several, whose classes do not know each other. */
interface PackageCopy {
  /** The folder that it was loaded from. */
  readonly path: string;
}

/* Every copy has the same symbols, so the copies can find each other. */
const mark = Symbol.for('nestjs-logto.copy');
const registry = Symbol.for('nestjs-logto.copies');

const thisCopy: PackageCopy = { path: packageFolder() };
const loaded = ((globalThis as { [registry]?: Set<PackageCopy> })[registry] ??= new Set());
loaded.add(thisCopy);

let warned = false;

/** Marks a class or a prototype as part of this copy. */
export function markCopy(subject: object): void {
  Object.defineProperty(subject, mark, { value: thisCopy, configurable: true });
}

/** Whether a class or an object is part of another copy. */
export function isOfOtherCopy(subject: unknown): boolean {
  const copy = copyOf(subject);
  return copy !== undefined && copy !== thisCopy;
}

/**
 * The error for two copies in one app.
 * @param ours what comes from this copy
 * @param theirs what comes from the other copy
 * @param marked an object that the other copy has marked
 */
export function loadedTwice(ours: string, theirs: string, marked: unknown): LogtoSetupException {
  return new LogtoSetupException(
    'package_loaded_twice',
    `Two copies of nestjs-logto are in this app, and cannot work together: ${ours} comes from ${thisCopy.path} and ` +
      `${theirs} from ${copyOf(marked)?.path}. ${remedy}`,
  );
}

/**
 * Warns once if the program has loaded copies from several folders. Nest may fail to inject the LogtoService of
 * another copy before this library can explain why.
 */
export function warnAboutOtherCopies(): void {
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
 * The folder of this copy's files.
 *
 * Undocumented in Node: V8's `Error.prepareStackTrace`. This can go, for `import.meta.dirname`, when Jest no longer
 * compiles this package to CommonJS in CommonJS projects.
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
