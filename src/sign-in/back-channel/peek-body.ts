import type { IncomingMessage } from 'node:http';

/**
 * Reads the body of a request and puts it back for the next reader. Express' `urlencoded()` would consume the stream, and
 * a middleware of the app that waits for its `end` would hang.
 * @param limit maximum size of the body, in bytes
 * @returns `undefined` if the body is longer, if it was read before, or if the client hangs up
 */
export function peekBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (request.readableEnded || request.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const contentLength = Number(request.headers['content-length']);
    const finish = (body: Buffer | undefined): void => {
      request.off('readable', read).off('close', aborted);
      if (length > 0) request.unshift(Buffer.concat(chunks));
      resolve(body);
    };
    const aborted = (): void => finish(undefined);
    const read = (): void => {
      // Only what has arrived: once the stream has ended, `unshift` fails.
      while (request.readableLength > 0) {
        const chunk = Buffer.from(request.read(request.readableLength) as Buffer | string);
        length += chunk.byteLength;
        chunks.push(chunk);
      }
      if (length > limit) finish(undefined);
      else if (request.complete || length >= contentLength) finish(Buffer.concat(chunks));
    };
    request.on('readable', read).on('close', aborted);
  });
}
