import { posix } from 'node:path';
import { addProperties } from './json-edits.js';
import type { Project } from './project.js';
import { applyEdits } from './text-edit.js';

/** The settings of Jest in a CommonJS project, because it cannot `require()` ES modules before Node 24.9. */
const settings = {
  transformIgnorePatterns: [
    String.raw`/node_modules/(?!(\.pnpm|nestjs-logto|openid-client|oauth4webapi|jose|oidc-provider)/)`,
  ],
  // The first run compiles these packages.
  testTimeout: 60_000,
};

interface JestConfiguration {
  transform?: Record<string, unknown>;
  transformIgnorePatterns?: string[];
}

const otherFiles = ['ts', 'js', 'mjs', 'cjs', 'json'].map((extension) => `jest.config.${extension}`);

/** Makes Jest compile the ES modules of this package, in both configurations of a CommonJS project. */
export function configureJest(project: Project): void {
  const { compiler, files, manifest, testFolder } = project;
  if (manifest.type === 'module') return;
  if (manifest.jest) configure(project, 'package.json', ['jest'], manifest.jest);
  const endToEnd = posix.join(testFolder, 'jest-e2e.json');
  const text = files.read(endToEnd);
  if (text !== undefined) {
    const { config } = compiler.parseConfigFileTextToJson(endToEnd, text);
    configure(project, endToEnd, [], (config as JestConfiguration | undefined) ?? {});
  }
  for (const path of otherFiles) {
    const configuration = files.read(path);
    if (configuration === undefined || configuration.includes('nestjs-logto')) continue;
    files.addManualStep(
      path,
      'init only edits the Jest configuration that `nest new` creates',
      linesOf(settings),
    );
  }
}

/** @param keys where the configuration is in the file */
function configure(
  { compiler, files }: Project,
  path: string,
  keys: readonly string[],
  found: JestConfiguration,
): void {
  const { transform = {}, transformIgnorePatterns: patterns } = found;
  if (patterns?.some((pattern) => pattern.includes('nestjs-logto'))) return;
  if (!transformerOf('/index.js', transform)) {
    const reason = 'its "transform" does not match .js files, so Jest does not compile the ES modules';
    const compiled = { '^.+\\.(t|j)s$': transformerOf('/index.ts', transform) ?? 'ts-jest' };
    files.addManualStep(path, reason, linesOf({ transform: compiled, ...settings }));
  } else if (patterns !== undefined) {
    const reason = 'it has other "transformIgnorePatterns", and none of them may match these packages';
    files.addManualStep(path, reason, linesOf(settings));
  } else {
    const missing = Object.fromEntries(Object.entries(settings).filter(([key]) => !(key in found)));
    const text = files.read(path) ?? '';
    const changed = applyEdits(text, addProperties(compiler, text, keys, missing));
    files.change(path, changed, 'Jest compiles the ES modules of nestjs-logto');
  }
}

function linesOf(added: object): string {
  return JSON.stringify(added, null, 2).slice(2, -2).replaceAll(/^ {2}/gm, '');
}

/** The transformer of the first pattern that matches, which is the one that Jest uses. */
function transformerOf(file: string, transform: Record<string, unknown>): unknown {
  return Object.entries(transform).find(([pattern]) => new RegExp(pattern).test(file))?.[1];
}
