import { existsSync } from 'node:fs';
import { parseArgs, styleText } from 'node:util';
import { messageOf } from '../../message-of.js';
import { diagnoseApp } from './diagnose-app.js';
import { formatDiagnosis } from './format-diagnosis.js';
import { loadRootModule, moduleFromEnv } from './root-module.js';

const usage = `Usage: nestjs-logto doctor [options]

Checks the setup of your app and of its application in Logto, without a
browser. Reads LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET, LOGTO_BASE_URL
and LOGTO_SESSION_SECRET, also from a .env file in the current directory.

  -m, --module <file>  use the options of your app: the compiled file of its
                       root module, such as dist/app.module.js
      --json           print the result as JSON
  -h, --help           print this help

The exit code is 1 if a check fails. Warnings do not count.
`;

/** Runs `nestjs-logto doctor`. @returns the exit code: 0, 1 if a check fails, or 2 for wrong arguments */
export async function runDoctor(args: string[]): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  // Variables that are already set take precedence.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { module: file, json } = options;
  const diagnosis = await withOutputOnStderr(() =>
    diagnoseApp(() => (file === undefined ? Promise.resolve(moduleFromEnv()) : loadRootModule(file))),
  );
  const text = json
    ? `${JSON.stringify(diagnosis, null, 2)}\n`
    : formatDiagnosis(diagnosis, (format, part) => styleText(format, part, { stream: process.stdout }));
  process.stdout.write(text);
  return diagnosis.ok ? 0 : 1;
}

function parse(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      module: { type: 'string', short: 'm' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}

/** The output of an app that starts must not get into the result. */
async function withOutputOnStderr<T>(run: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  try {
    return await run();
  } finally {
    stdout.write = write;
  }
}
