import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';

/** A response that has not been sent yet, for {@link EmulatorFault.transform}. */
export interface EmulatorResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

/** Collects the response instead of sending it, so that a fault can change or drop it. */
class CapturedResponse extends ServerResponse {
  private readonly chunks: Buffer[] = [];

  override write(chunk: unknown): boolean {
    this.collect(chunk);
    return true;
  }

  override end(chunk?: unknown): this {
    if (!this.finished) {
      this.collect(chunk);
      this.finished = true;
      // Koa waits for this event.
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

  private collect(chunk: unknown): void {
    if (typeof chunk === 'string') {
      this.chunks.push(Buffer.from(chunk));
    } else if (chunk instanceof Uint8Array) {
      this.chunks.push(Buffer.from(chunk));
    }
  }
}

/** A request whose body has been read, and its response, which has not been sent yet. */
export class HttpExchange {
  readonly req: IncomingMessage & { originalUrl?: string };
  readonly res: ServerResponse;
  private readonly capturedResponse: CapturedResponse;

  constructor(
    original: IncomingMessage,
    readonly body: Buffer,
  ) {
    const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = original;
    const head = { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor };
    const req = Object.assign(new IncomingMessage(original.socket), head, { complete: true });
    if (body.length > 0) req.push(body);
    req.push(null);
    this.req = req;
    this.capturedResponse = new CapturedResponse(req);
    this.res = this.capturedResponse;
  }

  get path(): string {
    return new URL(this.req.originalUrl ?? this.req.url ?? '/', 'http://localhost').pathname;
  }

  /** The fields of a posted form. */
  form(): URLSearchParams {
    return new URLSearchParams(this.body.toString('utf8'));
  }

  /** Writes a whole response. */
  respond(status: number, headers: OutgoingHttpHeaders, body = ''): void {
    this.res.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) this.res.setHeader(name, value);
    }
    this.res.end(body);
  }

  response(): EmulatorResponse {
    return this.capturedResponse.captured();
  }
}
