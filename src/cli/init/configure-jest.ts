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
    files.addManualStep(path, 'only the files of a new Nest project are edited', linesOf(settings));
  }
}

/** @param keys where the configuration is in the file */
function configure(
  { compiler, files }: Project,
  path: string,
  keys: readonly string[],
  found: JestConfiguration,
): void {
  const patterns = found.transformIgnorePatterns;
  if (patterns?.some((pattern) => pattern.includes('nestjs-logto'))) return;
  if (patterns !== undefined) {
    const reason = 'Jest has other `transformIgnorePatterns`. Let them exclude these packages';
    files.addManualStep(path, reason, linesOf(settings));
  } else if (!compilesJavaScript(found)) {
    files.addManualStep(
      path,
      'its `transform` has no entry for .js files, as ts-jest needs',
      linesOf(settings),
    );
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

function compilesJavaScript({ transform = {} }: JestConfiguration): boolean {
  return Object.keys(transform).some((pattern) => new RegExp(pattern).test('/index.js'));
}
