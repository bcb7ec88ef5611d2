import type { IncomingMessage } from 'node:http';

/**
 * Reads the body of a request and puts it back, so that whatever reads it next finds all of it. A body parser would
 * use the stream up, and a middleware behind it that waits for its end would wait for ever.
 * @param limit longest body that is read, in bytes
 * @returns `undefined` for a longer body, for one that was read before, and when the sender hangs up
 */
export function peekBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (request.readableEnded || request.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const announced = Number(request.headers['content-length']);
    const finish = (body: Buffer | undefined): void => {
      request.off('readable', read).off('close', hungUp);
      if (length > 0) request.unshift(Buffer.concat(chunks));
      resolve(body);
    };
    const hungUp = (): void => finish(undefined);
    const read = (): void => {
      // Never beyond what is there: past the end of a body nothing can be put back.
      while (request.readableLength > 0) {
        const chunk = Buffer.from(request.read(request.readableLength) as Buffer | string);
        length += chunk.byteLength;
        chunks.push(chunk);
      }
      if (length > limit) finish(undefined);
      else if (request.complete || length >= announced) finish(Buffer.concat(chunks));
    };
    request.on('readable', read).on('close', hungUp);
  });
}
