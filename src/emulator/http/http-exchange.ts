import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';

/** An answer before it is sent: what a fault's `transform` gets and gives back. */
export interface EmulatorResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

/** Keeps what is written to it instead of sending it, so that it can be bent or dropped. */
class CapturedResponse extends ServerResponse {
  private readonly chunks: Buffer[] = [];

  override write(chunk: unknown): boolean {
    this.keep(chunk);
    return true;
  }

  override end(chunk?: unknown): this {
    if (!this.finished) {
      this.keep(chunk);
      this.finished = true;
      // Koa waits for this event before it lets go of the request.
      this.emit('finish');
    }
    return this;
  }

  captured(): EmulatorResponse {
    return {
      status: this.statusCode,
      headers: { ...this.getHeaders() },
      body: Buffer.concat(this.chunks).toString('utf8'),
    };
  }

  private keep(chunk: unknown): void {
    if (typeof chunk === 'string') {
      this.chunks.push(Buffer.from(chunk));
    } else if (chunk instanceof Uint8Array) {
      this.chunks.push(Buffer.from(chunk));
    }
  }
}

/** A request whose body has been read already, and the answer to it that has not been sent yet. */
export class HttpExchange {
  readonly req: IncomingMessage & { originalUrl?: string };
  readonly res: ServerResponse;
  private readonly capturing: CapturedResponse;

  constructor(
    original: IncomingMessage,
    readonly body: Buffer,
  ) {
    const req = new IncomingMessage(original.socket);
    req.method = original.method;
    req.url = original.url;
    req.headers = original.headers;
    req.rawHeaders = original.rawHeaders;
    req.httpVersion = original.httpVersion;
    req.httpVersionMajor = original.httpVersionMajor;
    req.httpVersionMinor = original.httpVersionMinor;
    req.complete = true;
    if (body.length > 0) {
      req.push(body);
    }
    req.push(null);
    this.req = req;
    this.capturing = new CapturedResponse(req);
    this.res = this.capturing;
  }

  get path(): string {
    return new URL(this.req.originalUrl ?? this.req.url ?? '/', 'http://localhost').pathname;
  }

  /** The fields of a posted form. */
  form(): URLSearchParams {
    return new URLSearchParams(this.body.toString('utf8'));
  }

  /** Answers with a page, a redirect or JSON. */
  answer(status: number, headers: OutgoingHttpHeaders, body = ''): void {
    this.res.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) {
        this.res.setHeader(name, value);
      }
    }
    this.res.end(body);
  }

  response(): EmulatorResponse {
    return this.capturing.captured();
  }
}
