import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { leftovers } from '../../support/runner/leftovers.js';

const program = fileURLToPath(new URL('../../../sample/mcp/build/main.js', import.meta.url));

/**
 * Starts the built sample in a process of its own: Jest cannot load @rekog/mcp-nest, a CommonJS package that requires Nest's
 * ES modules, as Node can.
 */
export async function startSample(environment: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  leftovers.add(async () => {
    child.kill();
    await ended;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += String(chunk);
      if (output.includes('Ctrl-C')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`The sample did not start:\n${output}`)));
  });
}
