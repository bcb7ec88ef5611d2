import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative, resolve } from 'node:path';
import type ts from 'typescript';
import { ProjectFiles } from './project-files.js';

/** TypeScript's compiler API. */
export type Compiler = typeof ts;

/** The parts of a package.json that `init` reads. */
export interface PackageManifest {
  type?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  jest?: object;
}

/** A Nest project. All paths are relative to its folder. */
export interface Project {
  files: ProjectFiles;
  compiler: Compiler;
  manifest: PackageManifest;
  /** The file of the root module, usually `src/app.module.ts`. */
  rootModule: string;
  /** The file that starts the app, usually `src/main.ts`. */
  entryFile: string;
  /** Every TypeScript file of the app, without its tests. */
  sources: string[];
  /** The folder of the end-to-end tests and their configuration. */
  testFolder: string;
  tests: string[];
}

/** The project cannot be edited at all. The message says why, and how to fix it. */
export class ProjectUnusable extends Error {}

/** The parts of a nest-cli.json that `init` reads. */
interface NestCliConfiguration {
  sourceRoot?: string;
  entryFile?: string;
}

/**
 * Finds the parts of the Nest project in a folder.
 *
 * @param modulePath the root module, relative to the folder. Default: `app.module.ts` in the `sourceRoot` of
 * nest-cli.json
 * @throws ProjectUnusable if it is not a project, has no root module, or TypeScript is missing
 */
export async function openProject(directory: string, modulePath?: string): Promise<Project> {
  const files = new ProjectFiles(directory);
  const manifestText = files.read('package.json');
  if (manifestText === undefined) {
    throw new ProjectUnusable(
      `There is no package.json in ${directory}. Run this in the folder of your app.`,
    );
  }
  const manifest = parseJson<PackageManifest>('package.json', manifestText);
  const compiler = loadCompiler(directory);
  const nestCli = readNestCli(compiler, files);
  const sourceRoot = nestCli.sourceRoot ?? 'src';
  const rootModule =
    modulePath === undefined
      ? posix.join(sourceRoot, 'app.module.ts')
      : relative(directory, resolve(directory, modulePath)).replaceAll('\\', '/');
  if (files.read(rootModule) === undefined) {
    throw new ProjectUnusable(
      `There is no ${rootModule}. Name the file of your root module: npx nestjs-logto init --module <path>`,
    );
  }
  const sources = await typeScriptFiles(directory, posix.dirname(rootModule));
  const testFolder = posix.join(posix.dirname(sourceRoot), 'test');
  return {
    files,
    compiler,
    manifest,
    rootModule,
    entryFile: posix.join(posix.dirname(rootModule), `${nestCli.entryFile ?? 'main'}.ts`),
    sources: sources.filter((path) => !isTest(path)),
    testFolder,
    tests: (await typeScriptFiles(directory, testFolder)).filter(isTest),
  };
}

function readNestCli(compiler: Compiler, files: ProjectFiles): NestCliConfiguration {
  const text = files.read('nest-cli.json');
  // Nest's command accepts comments in it.
  const { config } = text === undefined ? {} : compiler.parseConfigFileTextToJson('nest-cli.json', text);
  return (config as NestCliConfiguration | undefined) ?? {};
}

function parseJson<T>(path: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ProjectUnusable(`${path} is not valid JSON: ${(error as Error).message}`);
  }
}

/** The compiler of the project: it knows the syntax that the project uses, and this package does not have to depend on one. */
function loadCompiler(directory: string): Compiler {
  let compiler: Partial<Compiler> | undefined;
  try {
    compiler = createRequire(join(directory, 'package.json'))('typescript') as Partial<Compiler>;
  } catch {
    throw new ProjectUnusable(
      'TypeScript is not installed in this project. Install it: npm install --save-dev typescript',
    );
  }
  if (typeof compiler.createSourceFile !== 'function') {
    throw new ProjectUnusable(
      `TypeScript ${compiler.version ?? ''} in this project has no compiler API. Install TypeScript 6: ` +
        'npm install --save-dev typescript@6',
    );
  }
  return compiler as Compiler;
}

async function typeScriptFiles(directory: string, folder: string): Promise<string[]> {
  const entries = await readdir(resolve(directory, folder), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.split('/').includes('node_modules'))
    .toSorted();
}

function isTest(path: string): boolean {
  return /[.-]spec\.ts$|\.test\.ts$/.test(path) || posix.basename(dirname(path)) === 'test';
}
