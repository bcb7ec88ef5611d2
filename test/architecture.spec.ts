import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

const source = resolve(import.meta.dirname, '../src');

/** The folders, and files outside of folders, from top to bottom: a file imports from its own folder and from those below. */
const layers = [
  'index',
  'testing',
  'opentelemetry',
  'swagger',
  'terminus',
  'cli',
  'cli/doctor',
  'cli/init',
  'logto.module',
  'logto.providers',
  'logto.exports',
  'logto.sign-in-providers',
  'bootstrap',
  'logto.module-definition',
  'routes',
  'webhooks',
  'management',
  'logto.service',
  'diagnosis',
  'diagnosis/checks',
  'diagnosis/probe',
  'guard',
  'guard/session',
  'guard/bearer',
  'guard/policy',
  'guard/decorators',
  'guard/requirements',
  'pages',
  'sign-in',
  'sign-in/back-channel',
  'sign-in/cookies',
  'user/signed-out',
  'user',
  'downstream',
  'tokens',
  'session',
  'request',
  'store',
  'hooks',
  'oidc',
  'oidc/errors',
  'oidc/calls',
  'nest',
  'nest/http',
  'options/resolve',
  'options/schema',
  'options',
  'events',
  'operator-log',
  'concurrency',
  'bounded-cache',
  'derive-key',
  'message-of',
  'logto.exceptions',
  'help-pages',
  'logto.error-codes',
  'error-codes',
];

/** The emulator imports nothing else, because it runs without Nest. The testing kit imports it. */
const emulator = 'emulator';

/** The browser client imports nothing else, because it runs in web pages. */
const browser = 'browser';

describe('The source', () => {
  const texts = new Map<string, string>();
  const imports = new Map<string, string[]>();

  beforeAll(async () => {
    const files = await readdir(source, { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const text = await readFile(join(source, file), 'utf8');
      texts.set(file, text);
      const paths = [...text.matchAll(/(?:from|import\(|import) ?'(\.[^']+)\.js'/g)].map(
        ([, path = '']) => `${relative(source, resolve(source, dirname(file), path))}.ts`,
      );
      imports.set(file, paths);
    }
  });

  it('has a position in the order for every file', () => {
    const unplaced = [...imports.keys()].filter(
      (file) => !isIn(emulator, file) && !isIn(browser, file) && levelOf(file) === -1,
    );
    expect(unplaced).toEqual([]);
  });

  it('imports downwards only, types included', () => {
    const upwards = [...imports].flatMap(([file, paths]) =>
      paths.filter((path) => !mayImport(file, path)).map((path) => `${file} imports ${path}`),
    );
    expect(upwards).toEqual([]);
  });

  it('has no import cycles, types included', () => {
    const cycles: string[] = [];
    const finished = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (path.includes(file) || finished.has(file)) return;
      for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
      finished.add(file);
    };
    for (const file of imports.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('has no folder of more than 15 files', () => {
    const sizes = new Map<string, number>();
    for (const file of imports.keys()) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1);
    expect([...sizes].filter(([, size]) => size > 15)).toEqual([]);
  });

  it('has no file of more than 200 lines', () => {
    const lengths = [...texts].map(([file, text]) => [file, text.split('\n').length - 1] as const);
    expect(lengths.filter(([, lines]) => lines > 200)).toEqual([]);
  });

  it("reads and writes the metadata of other packages' decorators only in nest/", () => {
    const keys = new Map(
      [...texts.values()].flatMap((text) =>
        [...text.matchAll(/const (\w+) = ('[^']+');/g)].map(([, name = '', key = '']) => [name, key]),
      ),
    );
    // The swagger file restores whatever metadata there was.
    const files = [...texts].filter(([file]) => !isIn('nest', file) && file !== 'swagger/keep-metadata.ts');
    const foreign = files.flatMap(([file, text]) =>
      [...text.matchAll(/(?:Reflect\.\w+|Set)Metadata\(\s*([^\s,]+),/g)]
        .map(([, key = '']) => keys.get(key) ?? key)
        .filter((key) => !key.startsWith("'nestjs-logto:"))
        .map((key) => `${file}: ${key}`),
    );
    expect(foreign).toEqual([]);
  });
});

function mayImport(file: string, imported: string): boolean {
  if (isIn(browser, file) || isIn(browser, imported)) return isIn(browser, file) && isIn(browser, imported);
  if (isIn(emulator, file)) return isIn(emulator, imported);
  if (isIn(emulator, imported)) return isIn('testing', file);
  return levelOf(imported) >= levelOf(file);
}

/** The position of a file in the order: its own, or that of its folder. */
function levelOf(file: string): number {
  const own = layers.indexOf(file.replace(/\.ts$/, ''));
  if (own !== -1) return own;
  const folder = isIn('testing', file) ? 'testing' : dirname(file);
  return layers.indexOf(folder);
}

function isIn(folder: string, file: string): boolean {
  return file.startsWith(`${folder}/`);
}
