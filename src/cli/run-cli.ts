import { commands } from './commands.js';

const list = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(8)}  ${summary}`);
const usage = `Usage: nestjs-logto <command> [options]

${list.join('\n')}

Run "nestjs-logto <command> --help" for the options of a command.
`;

/** Runs the command that the first argument names. @returns the exit code */
export async function runCli([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(usage);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(`Unknown command "${name}".\n\n${usage}`);
    return 2;
  }
  return command.run(args);
}
