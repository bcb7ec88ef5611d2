import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Redis is not installed. */
export class RedisMissing extends Error {
  override readonly message = `
  This sample keeps its sessions in Redis, but redis-server is not installed. Install it:

    Debian, Ubuntu    sudo apt install redis-server
    macOS             brew install redis
    Fedora            sudo dnf install redis

  or use a running Redis, for example in Docker:

    docker run --rm -p 6379:6379 redis
    REDIS_URL=redis://localhost:6379 npm run start:cluster
`;
}

/**
 * Starts a Redis server for the sample. Its data is deleted when the sample ends.
 * @returns its URL
 * @throws RedisMissing if `redis-server` is not installed
 */
export async function startRedis(): Promise<string> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'nestjs-logto-cluster-'));
  const server = spawn(
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  process.once('exit', () => {
    server.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new RedisMissing()));
    server.once('exit', (code) => reject(new Error(`redis-server ended with code ${code}.`)));
    createInterface(server.stdout).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return `redis://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
