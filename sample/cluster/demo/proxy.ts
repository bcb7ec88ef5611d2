import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/**
 * A small proxy that takes turns between instances, as a load balancer without sticky sessions would. An
 * instance that is gone is left out.
 * @param ports where the instances listen
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
    outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('No instance is there.\n');
    return;
  }
  const { method, url, headers } = incoming;
  // A connection for each request: one that is kept may be closed by the instance just as it is used again.
  const target = { host: '127.0.0.1', port, method, path: url, headers, agent: false };
  const upstream = request(target, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    // Nothing has been sent yet where nobody listens: the next one can have the request.
    if (error.code === 'ECONNREFUSED') forward(incoming, outgoing, others);
    else outgoing.destroy();
  });
  upstream.on('socket', (socket) => socket.once('connect', () => incoming.pipe(upstream)));
  outgoing.on('close', () => upstream.destroy());
}
