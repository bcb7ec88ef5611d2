import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/**
 * A small proxy that alternates between the instances, like a load balancer without sticky sessions. It skips
 * instances that have ended.
 * @param ports the ports of the instances
 */
export function createProxy(ports: () => readonly number[]): Server {
  let turn = 0;
  return createServer((incoming, outgoing) => {
    const instances = ports();
    const next = turn++;
    const order = instances.map((_, index) => instances[(next + index) % instances.length] as number);
    forward(incoming, outgoing, order);
  });
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, [port, ...others]: number[]): void {
  if (port === undefined) {
    outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('No instance is running.\n');
    return;
  }
  const { method, url, headers } = incoming;
  // A new connection per request: the instance might close a kept-alive connection just when it is used again.
  const target = { host: '127.0.0.1', port, method, path: url, headers, agent: false };
  const upstream = request(target, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    // The connection was refused, so nothing was sent yet: try the next instance.
    if (error.code === 'ECONNREFUSED') forward(incoming, outgoing, others);
    else outgoing.destroy();
  });
  upstream.on('socket', (socket) => socket.once('connect', () => incoming.pipe(upstream)));
  outgoing.on('close', () => upstream.destroy());
}
