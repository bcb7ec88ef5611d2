import { execFile } from 'node:child_process';

/** How a command ended, and all it said. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. One that hangs is ended after two minutes, with exit code -1. */
export function run(command: string, parameters: string[], cwd: string): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      command,
      parameters,
      { cwd, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ exitCode, stdout, stderr });
      },
    );
  });
}

/** Runs a command that has to succeed. @returns what it printed */
export async function succeed(command: string, parameters: string[], cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, parameters, cwd);
  if (exitCode !== 0)
    throw new Error(
      `${command} ${parameters.join(' ')} ended with ${exitCode} in ${cwd}:\n${stdout}${stderr}`,
    );
  return stdout;
}
