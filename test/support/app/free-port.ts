import { createServer, type Server } from 'node:http';
import { leftovers } from '../runner/leftovers.js';

/** How many ports a spec file has. */
const portsOfFile = 400;

/** The first port of the file. The file listens to it, so that no other process uses the same ports. */
const first = await claimPorts();

let last = first;

/**
 * A port that nothing listens on, from those of this spec file. They are below the ports that the system assigns, so
 * neither another file nor a connection takes it before the app listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    last = last + 1 < first + portsOfFile ? last + 1 : first + 1;
    const port = last;
    const server = createServer();
    if (!(await listens(server, port))) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

async function claimPorts(): Promise<number> {
  for (let port = 12_000; port < 32_000; port += portsOfFile) {
    const claim = createServer().unref();
    if (!(await listens(claim, port))) continue;
    leftovers.add(() => new Promise((resolve) => claim.close(() => resolve())));
    return port;
  }
  throw new Error('All ports of the specs are in use: too many spec files run at the same time.');
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(port, () => resolve(true));
  });
}
