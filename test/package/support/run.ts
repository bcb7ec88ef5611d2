import { execFile } from 'node:child_process';

/** The exit code and the output of a command. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** How a command runs. */
export interface CommandOptions {
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** The milliseconds after which a command is killed, with exit code -1. Default: two minutes. */
  timeout?: number;
}

/** Runs a command to its end. */
export function run(
  command: string,
  parameters: string[],
  cwd: string,
  { env, timeout = 120_000 }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      command,
      parameters,
      { cwd, env, timeout, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ exitCode, stdout, stderr });
      },
    );
  });
}

/** Runs a command that has to succeed. @returns what it printed */
export async function succeed(
  command: string,
  parameters: string[],
  cwd: string,
  options?: CommandOptions,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, parameters, cwd, options);
  if (exitCode !== 0)
    throw new Error(
      `${command} ${parameters.join(' ')} exited with ${exitCode} in ${cwd}:\n${stdout}${stderr}`,
    );
  return stdout;
}
