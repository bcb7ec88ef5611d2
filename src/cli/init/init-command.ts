import { parseArgs } from 'node:util';
import { messageOf } from '../../message-of.js';
import { writeEnvironmentFiles } from './environment-files.js';
import { openProject, ProjectUnusable, type Project } from './project.js';
import { report } from './report.js';
import { addEmulatorScript } from './add-emulator-script.js';
import { addLogtoModule } from './add-logto-module.js';
import { checkCompilerOptions } from './check-compiler-options.js';
import { configureJest } from './configure-jest.js';
import { addLoadEnvFile } from './load-env-file.js';
import { useLogtoTestingInTests } from './use-logto-testing.js';

/** Where `init` runs. */
export interface InitEnvironment {
  /** The project's folder. */
  directory: string;
  print: (text: string) => void;
  printError: (text: string) => void;
}

const usage = `Usage: nestjs-logto init [options]

Adds nestjs-logto to a Nest project. Running it again changes nothing.

      --dry-run        print what would change, and change nothing
      --module <path>  the root module (default: app.module.ts in the sourceRoot of nest-cli.json)
  -h, --help           print this help
`;

/**
 * Runs `nestjs-logto init`: edits the project in the current directory, and prints what is left to do.
 *
 * @returns the exit code: 0 if everything is in place, 1 if something has to be added by hand or the project cannot be
 * used, 2 for wrong arguments
 */
export async function runInit(
  args: string[],
  environment: InitEnvironment = {
    directory: process.cwd(),
    print: (text) => console.log(text),
    printError: (text) => console.error(text),
  },
): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(args);
  } catch (error) {
    environment.printError(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    environment.print(usage);
    return 0;
  }
  try {
    const project = await openProject(environment.directory, options.module);
    edit(project);
    if (!options['dry-run']) await project.files.save();
    environment.print(report(project, options['dry-run']));
    return project.files.manualSteps.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ProjectUnusable)) throw error;
    environment.printError(error.message);
    return 1;
  }
}

function parse(args: string[]) {
  return parseArgs({
    args,
    options: {
      'dry-run': { type: 'boolean', default: false },
      module: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

function edit(project: Project): void {
  addLogtoModule(project);
  addLoadEnvFile(project);
  writeEnvironmentFiles(project.files);
  addEmulatorScript(project);
  useLogtoTestingInTests(project);
  configureJest(project);
  checkCompilerOptions(project);
}
