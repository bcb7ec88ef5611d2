import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { BasePath } from '../request/base-path.js';
import { earlyRejectionWarning } from '../request/early-rejection-warning.js';
import { peekBody } from '../sign-in/back-channel/peek-body.js';

/** Maximum size of a webhook's body, in bytes. The largest that Logto sends has about 500 kB. */
const maxBodyBytes = 1024 * 1024;

/**
 * Middleware that reads the bodies of webhooks before everything that the app mounts: the signature is over the
 * bytes that Logto sent, which body parsers do not keep.
 */
@Injectable()
export class WebhookBodyMiddleware implements NestMiddleware {
  private readonly path: string;
  private readonly bodies = new WeakMap<Request, Buffer | 'too long'>();
  private readonly reached = new WeakSet<Request>();

  constructor(
    options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
    private readonly log: OperatorLog,
  ) {
    this.path = `/${options.webhooks?.path ?? ''}`;
  }

  /** Runs before everything that the app mounts. */
  use(request: Request, response: Response, next: NextFunction): void {
    if (request.method !== 'POST' || !this.basePath.isRoute(request.path, this.path)) {
      next();
      return;
    }
    response.once('finish', () => this.warnIfRejected(request, response.statusCode));
    this.read(request).then(() => {
      // If the sender has closed the connection, no response can be sent, and the operator has nothing to fix.
      if (request.complete || !request.destroyed) next();
    }, next);
  }

  /**
   * Returns the body of a webhook, as it was sent, and records that the request has reached the route.
   * @throws LogtoException `webhook_invalid`: 413 if it is too long, 400 if something else has read it before
   */
  takeBody(request: Request): Buffer {
    this.reached.add(request);
    const body = this.bodies.get(request);
    if (body instanceof Buffer) return body;
    if (body === undefined) throw this.rejection(400, alreadyRead);
    throw this.rejection(413, 'Its body is larger than 1 MB, so it is not from Logto.');
  }

  private async read(request: Request): Promise<void> {
    const body = bodyReadBefore(request) ?? (await readWithLimit(request));
    if (body !== undefined) this.bodies.set(request, body);
    // These headers tell body parsers to read a body. They would fail on a large or malformed one before the route.
    delete request.headers['content-length'];
    delete request.headers['transfer-encoding'];
  }

  private rejection(status: 400 | 413, reason: string): LogtoException {
    const exception = new LogtoException('webhook_invalid', `A webhook was rejected. ${reason}`, {
      status,
      publicMessage: 'The webhook is invalid.',
    });
    this.log.exception(exception);
    return exception;
  }

  /** Warns if the app itself has rejected a webhook before the route, because nothing else would show it. */
  private warnIfRejected(request: Request, status: number): void {
    if (status < 300 || this.reached.has(request)) return;
    const { path } = this;
    const consequence = 'it had no effect';
    this.log.write('warn', earlyRejectionWarning({ request: 'a webhook', status, consequence, path }));
  }
}

const alreadyRead =
  'Its body was read before LogtoModule could, so its signature cannot be checked. Create the app with ' +
  '`NestFactory.create()` before you mount anything on the Express instance, or keep the bytes in `request.rawBody`.';

/** The bytes that a serverless adapter has read. */
function bodyReadBefore(request: Request): Buffer | 'too long' | undefined {
  const { rawBody, body } = request as { rawBody?: unknown; body?: unknown };
  const read = [rawBody, body].find((one) => typeof one === 'string' || one instanceof Uint8Array);
  if (read === undefined) return undefined;
  const bytes = Buffer.from(read);
  return bytes.byteLength > maxBodyBytes ? 'too long' : bytes;
}

async function readWithLimit(request: Request): Promise<Buffer | 'too long' | undefined> {
  if (request.readableEnded || request.body !== undefined) return undefined;
  if (Number(request.headers['content-length']) > maxBodyBytes) return 'too long';
  return (await peekBody(request, maxBodyBytes)) ?? 'too long';
}
