import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { session } from '../../support/app/app.js';
import { freePort } from '../../support/app/free-port.js';
import { Browser } from '../../support/requests/browser.js';
import { application } from '../../support/logto/issuer.js';
import { leftovers } from '../../support/runner/leftovers.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** How to start an app. */
interface ProgramOptions {
  /** The folder whose packages it imports. Default: `test/package` */
  packages?: string;
  /** More environment variables. */
  environment?: Record<string, string>;
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
};

/** The line that `main.ts` prints once the app listens. */
const listening = 'The app is listening.';

/** The `main.ts` of an app whose page shows none. */
const main = `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(Number(process.env.PORT));
}
bootstrap();
`;

/** A `main.ts` that prints a line once the app listens. */
function waiting(code: string): string {
  return code.replace(/^bootstrap\(\);$/m, `await bootstrap();\nconsole.log('${listening}');`);
}

/**
 * Starts an app in a process of its own, with the package as it was built: Jest cannot load a CommonJS package that
 * requires Nest's ES modules, as Node can. The app reads Logto's options from the environment.
 * @param files the app, by file name. Default for `main.ts`: the usual one
 * @returns a browser at the app
 */
export async function startProgram(
  issuer: { endpoint: string },
  files: Record<string, string>,
  { packages = 'test/package', environment = {} }: ProgramOptions = {},
): Promise<Browser> {
  const port = await freePort();
  const own = join(repository, packages, 'build/programs', String(port));
  await mkdir(own, { recursive: true });
  for (const [name, code] of Object.entries({ 'main.ts': main, ...files })) {
    const program = name === 'main.ts' ? waiting(code) : code;
    const { outputText } = ts.transpileModule(program, { compilerOptions, fileName: name });
    await writeFile(join(own, name.replace(/\.ts$/, '.js')), outputText);
  }
  const baseUrl = `http://localhost:${port}`;
  const child = spawn(process.execPath, [join(own, 'main.js')], {
    env: {
      ...process.env,
      PORT: String(port),
      LOGTO_ENDPOINT: issuer.endpoint,
      LOGTO_APP_ID: application.id,
      LOGTO_APP_SECRET: application.secret,
      LOGTO_BASE_URL: baseUrl,
      LOGTO_SESSION_SECRET: session.secret,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  leftovers.add(async () => {
    child.kill();
    await ended;
    await rm(own, { recursive: true });
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += String(chunk);
      if (output.includes(listening)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`The app did not start:\n${output}`)));
  });
  return new Browser(baseUrl);
}
